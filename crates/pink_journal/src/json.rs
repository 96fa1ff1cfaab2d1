//! Records as JSON: integers as they are stored, their unit in the field's name.

use std::fmt::Write;

use shm_layout::Value;

/// Appends one object of `name: value` pairs.
#[derive(Debug, Default)]
pub struct Object {
    text: String,
}

impl Object {
    pub fn new() -> Self {
        Self {
            text: "{".to_owned(),
        }
    }

    fn name(&mut self, name: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(&quoted(name));
        self.text.push(':');
    }

    pub fn number(&mut self, name: &str, value: impl Into<i128>) {
        self.name(name);
        self.text.push_str(&value.into().to_string());
    }

    pub fn string(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text.push_str(&quoted(value));
    }

    /// A value that is JSON already.
    pub fn json(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text.push_str(value);
    }

    /// A field as `visit` of a record shows it.
    pub fn field(&mut self, name: &str, value: Value<'_>) {
        self.name(name);
        self.text.push_str(&value_text(value));
    }

    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// One value as JSON.
pub fn value_text(value: Value<'_>) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Numbers(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(i128::to_string).collect();
            format!("[{}]", numbers.join(","))
        }
        Value::Text(text) | Value::Code(text) => quoted(text),
    }
}

/// Text in quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                // Writing to a string cannot fail.
                let _written = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Object, quoted};

    #[test]
    fn text_is_escaped_and_objects_nest() {
        let mut inner = Object::new();
        inner.number("a", 1_i64);
        let mut outer = Object::new();
        outer.string("t", "x\"\\\n");
        outer.json("in", &inner.finish());
        assert_eq!(
            outer.finish(),
            "{\"t\":\"x\\\"\\\\\\u000a\",\"in\":{\"a\":1}}"
        );
        assert_eq!(quoted(""), "\"\"");
    }
}
