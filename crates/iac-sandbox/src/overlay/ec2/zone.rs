//! Availability zones: three in every region.

use super::model::Region;
use crate::xml::Element;

/// The zones of every region.
pub(super) const ZONES: [&str; 3] = ["a", "b", "c"];

/// The id of a zone, such as `euw1-az1`; `None` when the region has no such zone.
pub(super) fn zone_id(region: &str, zone: &str) -> Option<String> {
    let index = ZONES.iter().position(|letter| zone == format!("{region}{letter}"))?;
    let mut parts = region.split('-');
    let (area, direction, number) = (parts.next()?, parts.next()?, parts.next()?);
    let direction = match direction {
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        other => other.get(..1)?,
    };
    Some(format!("{area}{direction}{number}-az{}", index + 1))
}

/// The zone of an id.
pub(super) fn zone_of_id(region: &str, id: &str) -> Option<String> {
    ZONES
        .iter()
        .map(|letter| format!("{region}{letter}"))
        .find(|zone| zone_id(region, zone).as_deref() == Some(id))
}

/// The answer to `DescribeAvailabilityZones`.
pub(super) fn list(region: &Region) -> Vec<Element> {
    let items = ZONES.iter().map(|letter| {
        let zone = format!("{}{letter}", region.name);
        let id = zone_id(&region.name, &zone);
        Element::new("item")
            .field("zoneName", zone)
            .field("zoneState", "available")
            .field("regionName", region.name.as_str())
            .field("zoneType", "availability-zone")
            .field("optInStatus", "opt-in-not-required")
            .maybe("zoneId", id)
    });
    vec![Element::new("availabilityZoneInfo").with_all(items)]
}
