//! A matrix of values: a job for every combination.

use serde_json::Value;
use wire::Matrix;

use super::{Asked, Written, too_many};
use crate::error::{Error, Result};
use crate::extract::check_depth;
use crate::jobs::{Line, MOST_AT_ONCE};
use crate::json;

/// The combinations, the first field changing slowest.
pub(super) fn read(text: &str) -> Result<Asked> {
    check_depth(text.as_bytes())?;
    let matrix: Matrix = json::object(text.as_bytes()).map_err(|error| {
        let form = "{\"inputs\": {…}, \"matrix\": {\"seed\": [1, 2]}}";
        Error::BadRequest(format!("this JSON cannot be used: {error}; a matrix is {form}"))
    })?;
    let mut combinations = vec![matrix.inputs.clone()];
    for (field, values) in &matrix.matrix {
        if matrix.inputs.contains_key(field) {
            return Err(Error::field(field, "this is given twice: in `inputs` and in `matrix`"));
        }
        let Value::Array(values) = values else {
            return Err(Error::field(field, "a list of values is needed here: [1, 2]"));
        };
        if values.is_empty() {
            return Err(Error::field(
                field,
                "this list is empty: give it a value, or leave it out",
            ));
        }
        // Before they are made: the product grows quickly.
        if combinations.len() * values.len() > MOST_AT_ONCE {
            return Err(too_many());
        }
        let with = |inputs: &wire::Inputs, value: &Value| {
            let mut inputs = inputs.clone();
            inputs.insert(field.clone(), value.clone());
            inputs
        };
        combinations = combinations
            .iter()
            .flat_map(|inputs| values.iter().map(move |value| with(inputs, value)))
            .collect();
    }
    let lines = (1..).zip(combinations).map(|(line, inputs)| Line { line, inputs });
    let written = Written::Values(lines.collect());
    Ok(Asked { written, webhook: matrix.webhook, wait: matrix.wait })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn combined(matrix: &Value) -> Vec<Value> {
        let Written::Values(lines) = read(&matrix.to_string()).unwrap().written else {
            panic!("these are values")
        };
        assert!(lines.iter().map(|one| one.line).eq(1..=lines.len() as u32));
        lines.into_iter().map(|one| Value::Object(one.inputs)).collect()
    }

    #[test]
    fn every_combination_is_a_job_and_the_first_field_changes_slowest() {
        let matrix =
            json!({ "inputs": { "steps": 5 }, "matrix": { "seed": [1, 2], "prompt": ["a", "b"] } });
        let expected = [(1, "a"), (1, "b"), (2, "a"), (2, "b")]
            .map(|(seed, prompt)| json!({ "steps": 5, "seed": seed, "prompt": prompt }));
        assert_eq!(combined(&matrix), expected);
        assert_eq!(combined(&json!({ "matrix": {} })), [json!({})]);
    }

    #[test]
    fn a_product_that_is_too_large_is_never_made() {
        let values: Vec<u32> = (0..100).collect();
        let fields = (0..50).map(|field| (format!("f{field}"), json!(values))).collect();
        let matrix = json!({ "matrix": Value::Object(fields) });
        assert!(matches!(read(&matrix.to_string()), Err(Error::TooLarge(_))));
    }

    #[test]
    fn what_is_no_list_of_values_is_refused_by_name() {
        for matrix in [
            json!({ "matrix": { "seed": 1 } }),
            json!({ "matrix": { "seed": [] } }),
            json!({ "inputs": { "seed": 1 }, "matrix": { "seed": [2] } }),
        ] {
            let refused = read(&matrix.to_string()).unwrap_err();
            assert!(
                matches!(refused, Error::BadInput { field: Some(field), .. } if field == "seed")
            );
        }
        for text in ["{\"seed\": [1]}", "[{\"prompt\": \"x\"}, {\"seed\": [1]}]"] {
            assert!(matches!(read(text), Err(Error::BadRequest(_))), "{text}");
        }
    }
}
