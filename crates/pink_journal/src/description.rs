//! What a journal keeps, read from the text that `scripts/gen` writes: records, fields, codes.

/// A field of a record; `count` is 1 where the type names none.
pub(crate) struct Field<'a> {
    pub(crate) offset: usize,
    pub(crate) name: &'a str,
    pub(crate) base: &'a str,
    pub(crate) count: usize,
}

impl Field<'_> {
    /// Fills a gap: zero, and read by nobody.
    pub(crate) fn is_reserved(&self) -> bool {
        let number = self.name.strip_prefix("reserved_");
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// A record or an enum with its members.
pub(crate) struct Record<'a> {
    pub(crate) name: &'a str,
    pub(crate) bytes: usize,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Codes<'a> {
    pub(crate) name: &'a str,
    pub(crate) repr: &'a str,
    /// Also stands in bytes that no field declares.
    pub(crate) is_fixed: bool,
    pub(crate) values: Vec<(u64, &'a str)>,
}

/// The whole text.
#[derive(Default)]
pub(crate) struct Description<'a> {
    pub(crate) records: Vec<Record<'a>>,
    pub(crate) enums: Vec<Codes<'a>>,
}

impl<'a> Description<'a> {
    /// Reads the text; the error is the line that means nothing.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'a str> {
        let mut all = Self::default();
        let mut is_record = true;
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let read = match words[..] {
                ["record", name, bytes] => {
                    is_record = true;
                    all.begin_record(name, bytes)
                }
                [kind @ ("enum" | "code"), name, repr] => {
                    is_record = false;
                    all.enums.push(Codes {
                        name,
                        repr,
                        is_fixed: kind == "code",
                        values: Vec::new(),
                    });
                    Some(())
                }
                [offset, name, type_text] if is_record => all.add_field(offset, name, type_text),
                [code, name] if !is_record => all.add_code(code, name),
                _ => None,
            };
            read.ok_or(line)?;
        }
        Ok(all)
    }

    fn begin_record(&mut self, name: &'a str, bytes: &str) -> Option<()> {
        self.records.push(Record {
            name,
            bytes: bytes.parse().ok()?,
            fields: Vec::new(),
        });
        Some(())
    }

    fn add_field(&mut self, offset: &str, name: &'a str, type_text: &'a str) -> Option<()> {
        let (base, count) = match type_text.strip_suffix(']') {
            Some(array) => {
                let (base, count) = array.split_once('[')?;
                (base, count.parse().ok()?)
            }
            None => (type_text, 1),
        };
        let record = self.records.last_mut()?;
        record.fields.push(Field {
            offset: offset.parse().ok()?,
            name,
            base,
            count,
        });
        Some(())
    }

    fn add_code(&mut self, code: &str, name: &'a str) -> Option<()> {
        let values = &mut self.enums.last_mut()?.values;
        values.push((code.parse().ok()?, name));
        Some(())
    }

    pub(crate) fn record(&self, name: &str) -> Option<&Record<'a>> {
        self.records.iter().find(|record| record.name == name)
    }

    pub(crate) fn codes(&self, name: &str) -> Option<&Codes<'a>> {
        self.enums.iter().find(|codes| codes.name == name)
    }

    /// Bytes of one value of a type, and whether it is a signed number.
    pub(crate) fn unit(&self, base: &str) -> Option<(usize, bool)> {
        let base = self.codes(base).map_or(base, |codes| codes.repr);
        Some(match base {
            "u8" | "ascii" => (1, false),
            "i8" => (1, true),
            "u16" => (2, false),
            "i16" => (2, true),
            "u32" => (4, false),
            "i32" => (4, true),
            "u64" => (8, false),
            "i64" => (8, true),
            _ => return None,
        })
    }
}
