//! The operation of a request by its method and path.

use crate::call::Call;
use crate::service::Route;

/// The operation of the first route that the request takes.
pub(super) fn name(call: &Call, routes: &[Route]) -> Option<String> {
    let taken = |(method, path, _): &&Route| *method == call.method && takes(path, &call.path);
    routes
        .iter()
        .find(taken)
        .map(|(_, _, operation)| (*operation).to_owned())
}

/// Whether a path is of this pattern.
fn takes(pattern: &str, path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        match (wanted, parts.next()) {
            ("{+}", Some(_)) => return true,
            ("{}", Some(part)) if !part.is_empty() => {}
            (wanted, Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn a_path_takes_a_route_part_by_part() {
        assert!(takes("/schedules", "/schedules/"));
        assert!(takes("/schedules/{}", "/schedules/nightly"));
        assert!(!takes("/schedules/{}", "/schedules"));
        assert!(!takes("/schedules/{}", "/schedules/a/b"));
        assert!(takes(
            "/tags/{+}",
            "/tags/arn:aws:scheduler:eu-west-1:1:schedule/default/a"
        ));
        assert!(!takes("/tags/{+}", "/tags"));
    }
}
