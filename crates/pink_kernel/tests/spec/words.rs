//! Decimal words of scenarios and their integers.

/// `1.5` at a scale of so many digits.
pub fn scaled(word: &str, digits: usize) -> i64 {
    let (sign, word) = word.strip_prefix('-').map_or((1, word), |rest| (-1, rest));
    let word = word.replace('_', "");
    let (whole, part) = word.split_once('.').unwrap_or((&word, ""));
    assert!(part.len() <= digits, "too many decimals: {word}");
    let text = format!("{whole}{part:0<digits$}");
    sign * text
        .parse::<i64>()
        .unwrap_or_else(|_| panic!("no number: {word}"))
}

/// Quantity or money.
pub fn e8(word: &str) -> i64 {
    scaled(word, 8)
}

/// Price.
pub fn e12(word: &str) -> i64 {
    scaled(word, 12)
}

/// Back to text, for messages.
pub fn shown(value: i64, digits: u32) -> String {
    let scale = 10_i64.pow(digits);
    let sign = if value < 0 { "-" } else { "" };
    let (whole, part) = ((value / scale).abs(), (value % scale).abs());
    let text = format!("{sign}{whole}.{part:0width$}", width = digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
