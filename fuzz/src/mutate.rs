//! Changing JSON so that it stays JSON: bytes changed at random hardly ever get past its parser.

use serde_json::{Value, json};

/// Changes the JSON in the first `size` bytes of `data` in one to four places; how many bytes it has
/// then. `None` where there is no JSON, where it got too long, and every fourth time: then bytes are
/// to be changed, for parsers want to be doubted too.
pub fn json(data: &mut [u8], (size, max_size): (usize, usize), seed: u32) -> Option<usize> {
    let mut dice = Dice(u64::from(seed) | 1 << 40);
    if dice.below(4) == 0 {
        return None;
    }
    let mut value: Value = serde_json::from_slice(data.get(..size)?).ok()?;
    for _ in 0..=dice.below(4) {
        let places = count(&value);
        let mut copy = Value::Null;
        visit(&mut value, &mut dice.below(places), &mut |part| copy = part.clone());
        let change = dice.next();
        visit(&mut value, &mut dice.below(places), &mut |part| alter(part, &copy, change));
    }
    let bytes = serde_json::to_vec(&value).ok()?;
    let room = data.get_mut(..max_size)?.get_mut(..bytes.len())?;
    room.copy_from_slice(&bytes);
    Some(bytes.len())
}

/// What libFuzzer's seed makes of chance: xorshift.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Shows `act` the part of `value` that is the `place`th in the order of the text.
fn visit(value: &mut Value, place: &mut usize, act: &mut dyn FnMut(&mut Value)) -> bool {
    if *place == 0 {
        act(value);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| visit(item, place, act)),
        Value::Object(fields) => fields.values_mut().any(|field| visit(field, place, act)),
        _ => false,
    }
}

/// Puts a copy of another part there, or something odd, or takes something away.
fn alter(part: &mut Value, copy: &Value, change: u64) {
    let odd = [
        json!(null),
        json!([]),
        json!({}),
        json!(""),
        json!("1"),
        json!(-1),
        json!(0),
        json!(1),
        json!(-10),
        json!(2.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(true),
        json!(["1", 0]),
    ];
    match (change % 4, part) {
        (0, Value::Array(items)) if !items.is_empty() => {
            items.remove(change as usize / 4 % items.len());
        }
        (0, Value::Object(fields)) if !fields.is_empty() => {
            let name = fields.keys().nth(change as usize / 4 % fields.len()).cloned();
            fields.shift_remove(&name.unwrap_or_default());
        }
        (1, Value::Array(items)) => items.push(copy.clone()),
        (2, part) => *part = copy.clone(),
        (_, part) => *part = odd[change as usize / 4 % odd.len()].clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_json_within_its_room_and_changes() {
        let text = br#"{"nodes": [{"id": 1, "type": "KSampler"}], "links": [[1, 2, 3]]}"#;
        let mut changed = 0;
        for seed in 0..500 {
            let mut data = vec![0; 100];
            data[..text.len()].copy_from_slice(text);
            let Some(size) = json(&mut data, (text.len(), 100), seed) else { continue };
            let value: Value = serde_json::from_slice(&data[..size]).unwrap();
            changed += usize::from(value != serde_json::from_slice::<Value>(text).unwrap());
        }
        assert!(changed > 200, "{changed}");
    }
}
