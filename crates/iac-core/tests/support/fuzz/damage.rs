//! One document made of others: bytes flipped, cut, repeated and spliced; values replaced, wrapped, moved and doubled.

use serde_json::{Map, Value, json};

use super::Chance;

/// Keys that mean something to a reader.
const KEYS: &[&str] = &[
    "$expr",
    "$$expr",
    "ref",
    "join",
    "json",
    "address",
    "path",
    "id",
    "inputs",
    "outputs",
    "declared",
    "current",
    "deposed",
    "dependencies",
    "lifecycle",
    "replace_when",
    "pending_operations",
    "record",
    "step",
    "serial",
    "format_version",
    "fake.thing.base",
    "Statement",
    "Principal",
    "AWS",
    "",
    "\u{0}",
];

/// Texts that mean something to a reader.
const TEXTS: &[&str] = &[
    "",
    "*",
    "$expr",
    "fake.thing.base",
    "fake.thing.user",
    "fake.other.x",
    "a.b.c/d/e",
    "hmac-sha256:00",
    "aes-siv:AAAA",
    "1970-01-01T00:00:00Z",
    "-009999-01-02T01:59:59Z",
    "9999-12-30T22:00:00.999999999Z",
    "tainted",
    "ready",
    "create",
    "delete",
    "replace",
    "\u{10FFFF}\u{0}\u{200D}",
    "arn:aws:iam::123456789012:root",
];

/// What only a text can say, and no value.
const RAW: &[&str] = &[
    "1e999",
    "-1e-999",
    "-0",
    "-0.0",
    "1e308",
    "0.1234567890123456789",
    "2.2250738585072011e-308",
    "123456789012345680.5",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901234567890123456789012345678901234567890",
    "NaN",
    "{\"a\":1,\"a\":{\"a\":2}}",
    "{\"$expr\":{\"ref\":{\"address\":\"fake.thing.base\",\"path\":[\"id\"]}},\"$expr\":1}",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "[,]",
];

/// Stands in a value for text that no value holds.
const MARK: &str = "\u{1}raw\u{1}";

/// A document of the pool, damaged a few times.
pub(super) fn damaged(pool: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut document = chance.of(pool).clone();
    for _ in 0..=chance.below(4) {
        // most damage to bytes is seen at once; what is only damaged in its structure gets further
        let structured = if chance.one_in(4) {
            None
        } else {
            structure(&document, pool, chance)
        };
        document = structured.unwrap_or_else(|| bytes(document, pool, chance));
    }
    document
}

fn bytes(mut document: Vec<u8>, pool: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let at = chance.below(document.len());
    let length = 1 + chance.below(32);
    let end = document.len().min(at + length);
    match chance.below(7) {
        0 => document.truncate(at),
        1 => drop(document.drain(at..end)),
        2 => {
            let piece = document[at..end].to_vec();
            let times = 1 + chance.below(20);
            document.splice(at..at, piece.repeat(times));
        }
        3 => {
            let other = chance.of(pool);
            let from = chance.below(other.len());
            let piece = other[from..other.len().min(from + 4 * length)].to_vec();
            document.splice(at..end, piece);
        }
        4 => drop(document.splice(at..at, chance.of(RAW).bytes())),
        5 => {
            if let Some(byte) = document.get_mut(at) {
                *byte = u8::try_from(chance.below(256)).unwrap_or(0);
            }
        }
        _ => {
            if let Some(byte) = document.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
    }
    document
}

fn structure(document: &[u8], pool: &[Vec<u8>], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(document).ok()?;
    let other: Value = if chance.one_in(2) {
        value.clone()
    } else {
        serde_json::from_slice(chance.of::<Vec<u8>>(pool)).ok()?
    };
    let mut raw = None;
    let place = place(&mut value, chance);
    match chance.below(12) {
        0 => *place = any(chance),
        1 | 2 => *place = part(&other, chance),
        3 => {
            *place = Value::from(MARK);
            raw = Some((*chance.of(RAW)).to_owned());
        }
        4 => {
            *place = Value::from(MARK);
            raw = Some(nested(chance));
        }
        5 => *place = wrapped(place.take(), chance),
        6 | 7 => rekeyed(place, &other, chance),
        8 => grown(place, &other, chance),
        9 => shrunk(place, chance),
        10 => doubled(place, &other, &mut raw, chance),
        _ => {
            if let Value::String(text) = place {
                let at = text.floor_char_boundary(chance.below(text.len()));
                text.insert_str(at, chance.of::<&str>(TEXTS));
            } else if let Some(number) = place.as_i64() {
                *place = json!(number.wrapping_add(*chance.of(&[-1, 1, 2, i64::MAX, i64::MIN])));
            }
        }
    }
    let mut text = serde_json::to_string(&value).ok()?;
    if let Some(raw) = raw {
        text = text.replacen(&serde_json::to_string(MARK).ok()?, &raw, 1);
    }
    Some(text.into_bytes())
}

/// A place somewhere in a value; mostly not at its top.
fn place<'a>(value: &'a mut Value, chance: &mut Chance) -> &'a mut Value {
    let mut here = value;
    while !chance.one_in(7) {
        let deeper = match here {
            Value::Object(map) => map.len(),
            Value::Array(list) => list.len(),
            _ => 0,
        };
        if deeper == 0 {
            break;
        }
        let at = chance.below(deeper);
        here = match here {
            Value::Object(map) => match map.values_mut().nth(at) {
                Some(value) => value,
                None => unreachable!("it is below the length"),
            },
            Value::Array(list) => &mut list[at],
            _ => unreachable!("it has no places"),
        };
    }
    here
}

fn part(value: &Value, chance: &mut Chance) -> Value {
    place(&mut value.clone(), chance).clone()
}

fn any(chance: &mut Chance) -> Value {
    match chance.below(9) {
        0 => Value::Null,
        1 => json!(chance.one_in(2)),
        2 => json!(chance.below(5)),
        3 => json!(chance.next()),
        4 => json!(f64::from_bits(chance.next())),
        5 => json!([]),
        6 => json!({}),
        7 => json!({"$expr": {"ref": {"address": chance.of(TEXTS), "path": [chance.of(KEYS), chance.below(3)]}}}),
        _ => json!(chance.of(TEXTS)),
    }
}

/// Depth that a reader may or may not allow.
fn nested(chance: &mut Chance) -> String {
    let (open, close) = *chance.of(&[
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{\"$expr\":{\"json\":", "}}"),
        ("{\"$expr\":{\"join\":[", "]}}"),
    ]);
    let depth = *chance.of(&[3, 20, 40, 60, 100, 115, 120, 122, 124, 125, 126, 127, 128, 20_000]);
    format!("{}1{}", open.repeat(depth), close.repeat(depth))
}

fn wrapped(mut value: Value, chance: &mut Chance) -> Value {
    for _ in 0..=chance.below(3) {
        value = match chance.below(4) {
            0 => json!([value]),
            1 => json!({"$expr": {"json": value}}),
            2 => json!({"$expr": {"join": [value, chance.of(TEXTS)]}}),
            _ => Value::Object(Map::from_iter([((*chance.of(KEYS)).to_owned(), value)])),
        };
    }
    value
}

/// A key that means something, or one that stands elsewhere.
fn key(other: &Value, chance: &mut Chance) -> String {
    match part(other, chance) {
        Value::Object(map) if !map.is_empty() && chance.one_in(2) => {
            let at = chance.below(map.len());
            map.keys().nth(at).cloned().unwrap_or_default()
        }
        _ => (*chance.of(KEYS)).to_owned(),
    }
}

fn rekeyed(place: &mut Value, other: &Value, chance: &mut Chance) {
    if let Value::Object(map) = place {
        let at = chance.below(map.len());
        let old = map.keys().nth(at).cloned().unwrap_or_default();
        if let Some(value) = map.remove(&old) {
            map.insert(key(other, chance), value);
        }
    }
}

fn grown(place: &mut Value, other: &Value, chance: &mut Chance) {
    match place {
        Value::Object(map) => drop(map.insert(key(other, chance), part(other, chance))),
        Value::Array(list) if !list.is_empty() => {
            let again = chance.of(list).clone();
            let times = *chance.of(&[1, 1, 2, 50]);
            list.extend(std::iter::repeat_n(again, times));
        }
        other_kind => *other_kind = part(other, chance),
    }
}

fn shrunk(place: &mut Value, chance: &mut Chance) {
    match place {
        Value::Object(map) => {
            let at = chance.below(map.len());
            if let Some(key) = map.keys().nth(at).cloned() {
                map.remove(&key);
            }
        }
        Value::Array(list) if !list.is_empty() => drop(list.remove(chance.below(list.len()))),
        other => *other = Value::Null,
    }
}

/// A key that stands twice in an object.
fn doubled(place: &mut Value, other: &Value, raw: &mut Option<String>, chance: &mut Chance) {
    if let Value::Object(map) = place {
        let at = chance.below(map.len());
        if let Some(key) = map.keys().nth(at).cloned() {
            map.insert(MARK.to_owned(), part(other, chance));
            *raw = Some(Value::from(key).to_string());
        }
    }
}
