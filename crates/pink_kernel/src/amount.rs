//! Integer amounts: products in 128 bits, rounded half to even, refused when they do not fit.

use shm_layout::{Code, OrderSide, Side};

/// Ratio 1 at scale 1e-8.
pub(crate) const ONE_E8: i64 = 100_000_000;
const E12: i128 = 1_000_000_000_000;

/// `numerator / denominator` rounded half to even; `None` for a zero divisor or no fit.
pub(crate) fn divide_half_even(numerator: i128, denominator: i128) -> Option<i64> {
    if let (Ok(small), Ok(divisor)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        return divide_small(small, divisor);
    }
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.checked_sub(quotient.checked_mul(denominator)?)?;
    if rest == 0 {
        return i64::try_from(quotient).ok();
    }
    let twice = rest.unsigned_abs().checked_mul(2)?;
    let away = match twice.cmp(&denominator.unsigned_abs()) {
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Equal => quotient & 1 != 0,
        core::cmp::Ordering::Greater => true,
    };
    let step = if (numerator < 0) == (denominator < 0) {
        1
    } else {
        -1
    };
    let rounded = if away {
        quotient.checked_add(step)?
    } else {
        quotient
    };
    i64::try_from(rounded).ok()
}

/// The same where 64 bits are enough, which is most of the time and much faster.
fn divide_small(numerator: i64, denominator: i64) -> Option<i64> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?.unsigned_abs();
    let left = denominator.unsigned_abs().checked_sub(rest)?;
    let away = rest > left || (rest == left && quotient & 1 != 0);
    let step = if (numerator < 0) == (denominator < 0) {
        1
    } else {
        -1
    };
    if away {
        quotient.checked_add(step)
    } else {
        Some(quotient)
    }
}

/// Money of a quantity at a price.
pub fn notional_e8(qty_e8: i64, price_e12: i64) -> Option<i64> {
    let product = i128::from(qty_e8).checked_mul(i128::from(price_e12))?;
    divide_half_even(product, E12)
}

/// `total * part / whole`: exactly `total` when `part` is the whole.
pub fn share_e8(total: i64, part: i64, whole: i64) -> Option<i64> {
    if part == whole {
        return Some(total);
    }
    let product = i128::from(total).checked_mul(i128::from(part))?;
    divide_half_even(product, i128::from(whole))
}

/// `amount * ratio` where `ratio` is at scale 1e-8, rounded down to a multiple of `step`.
pub(crate) fn ratio_floor(amount: i64, ratio_e8: i64, step: i64) -> Option<i64> {
    let product = i128::from(amount).checked_mul(i128::from(ratio_e8))?;
    let share = product.checked_div(i128::from(ONE_E8))?;
    let steps = share.checked_div(i128::from(step))?;
    i64::try_from(steps.checked_mul(i128::from(step))?).ok()
}

/// The least quantity that is worth `notional` at a price.
pub(crate) fn quantity_ceil_e8(notional: i64, price_e12: i64) -> Option<i64> {
    let product = i128::from(notional).checked_mul(E12)?;
    let price = i128::from(price_e12);
    let more = product.checked_add(price.checked_sub(1)?)?;
    i64::try_from(more.checked_div(price)?).ok()
}

/// The least multiple of `step` that is not below `amount`.
pub(crate) fn round_up(amount: i64, step: i64) -> Option<i64> {
    let rest = amount.checked_rem(step)?;
    if rest == 0 {
        return Some(amount);
    }
    amount.checked_add(step.checked_sub(rest)?)
}

/// The greatest multiple of `step` that is not above `amount`.
pub(crate) fn round_down(amount: i64, step: i64) -> Option<i64> {
    amount.checked_sub(amount.checked_rem(step)?)
}

/// Whether `amount` is a multiple of `step`; a step that is not positive divides nothing.
pub(crate) fn is_multiple(amount: i64, step: i64) -> bool {
    step > 0 && amount.checked_rem(step) == Some(0)
}

/// Whether `price` is within `ratio` of `mark`, both ways.
pub(crate) fn within_band(price_e12: i64, mark_e12: i64, ratio_e8: i64) -> bool {
    let distance = i128::from(price_e12).abs_diff(i128::from(mark_e12));
    let scaled = distance.checked_mul(u128::from(ONE_E8.unsigned_abs()));
    let allowed = u128::from(mark_e12.unsigned_abs()).checked_mul(ratio_e8.unsigned_abs().into());
    matches!((scaled, allowed), (Some(scaled), Some(allowed)) if scaled <= allowed)
}

/// Average price of `notional` over `qty`.
pub(crate) fn average_e12(notional: i64, qty_e8: i64) -> Option<i64> {
    divide_half_even(i128::from(notional).checked_mul(E12)?, i128::from(qty_e8))
}

/// A sum that does not fit is refused.
pub(crate) fn add(a: i64, b: i64) -> Result<i64, Code> {
    a.checked_add(b).ok_or(Code::OutOfRange)
}

pub(crate) fn sub(a: i64, b: i64) -> Result<i64, Code> {
    a.checked_sub(b).ok_or(Code::OutOfRange)
}

/// Result of a position: what its exits brought over what they cost, or the reverse for a short.
pub(crate) fn gain(side: Side, brought: i64, cost: i64) -> Result<i64, Code> {
    match side {
        Side::Short => sub(cost, brought),
        Side::Long | Side::None => sub(brought, cost),
    }
}

pub(crate) fn opening(side: Side) -> OrderSide {
    match side {
        Side::Long => OrderSide::Buy,
        Side::Short => OrderSide::Sell,
        Side::None => OrderSide::None,
    }
}

pub(crate) fn closing(side: Side) -> OrderSide {
    match side {
        Side::Long => OrderSide::Sell,
        Side::Short => OrderSide::Buy,
        Side::None => OrderSide::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let halves = [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)];
        for (numerator, rounded) in halves {
            assert_eq!(
                divide_half_even(numerator, 2),
                Some(rounded),
                "{numerator} / 2"
            );
        }
        assert_eq!(divide_half_even(7, 3), Some(2));
        assert_eq!(divide_half_even(8, 3), Some(3));
        assert_eq!(divide_half_even(8, -3), Some(-3));
        assert_eq!(divide_half_even(1, 0), None);
        assert_eq!(divide_half_even(i128::MAX, 1), None);
    }

    /// In 64 bits and in 128: the same quotient, nearer than any other, even when two are as near.
    #[test]
    fn every_quotient_is_the_nearest_one_whatever_its_size_and_signs() {
        let wide = 10_i128.pow(19);
        for numerator in -40_i64..=40 {
            for denominator in (-9_i64..=9).filter(|divisor| *divisor != 0) {
                let (n, d) = (i128::from(numerator), i128::from(denominator));
                let is = divide_half_even(n, d).unwrap();
                let off = |q: i64| (n - i128::from(q) * d).abs();
                let nearer = off(is) <= off(is - 1) && off(is) <= off(is + 1);
                let tied = off(is) == off(is - 1) || off(is) == off(is + 1);
                assert!(nearer && (!tied || is % 2 == 0), "{n} / {d} = {is}");
                assert_eq!(divide_half_even(n * wide, d * wide), Some(is), "{n} / {d}");
            }
        }
        let most = i128::from(i64::MAX);
        assert_eq!(divide_half_even(most * wide, wide), Some(i64::MAX));
        assert_eq!(divide_half_even((most + 1) * wide, wide), None);
        assert_eq!(divide_half_even(i128::from(i64::MIN), -1), None);
        assert_eq!(
            divide_half_even(i128::from(i64::MIN), i128::from(i64::MIN)),
            Some(1)
        );
    }

    #[test]
    fn multiples_need_a_step_and_averages_a_quantity() {
        assert!(is_multiple(6, 3) && is_multiple(0, 3) && is_multiple(-6, 3));
        assert!(!is_multiple(7, 3) && !is_multiple(6, 0) && !is_multiple(6, -3));
        assert_eq!(average_e12(ONE_E8, ONE_E8), Some(1_000_000_000_000));
        assert_eq!(average_e12(1, 0), None);
        assert_eq!(
            (gain(Side::Long, 5, 3), gain(Side::Short, 5, 3)),
            (Ok(2), Ok(-2))
        );
        assert!(add(i64::MAX, 1).is_err() && sub(i64::MIN, 1).is_err());
        assert!(
            within_band(-5, 100, 105 * ONE_E8 / 100) && !within_band(-6, 100, 105 * ONE_E8 / 100)
        );
    }

    #[test]
    fn flaw_g5_g6_a_product_that_does_not_fit_is_refused() {
        assert_eq!(notional_e8(i64::MAX, i64::MAX), None);
        assert_eq!(
            notional_e8(20_200_000_000_000, 187_800_000_000),
            Some(3_793_560_000_000)
        );
    }

    #[test]
    fn a_share_of_the_whole_is_the_whole() {
        assert_eq!(share_e8(7, 3, 3), Some(7));
        assert_eq!(share_e8(10, 1, 3), Some(3));
        assert_eq!(share_e8(10, 1, 0), None);
    }

    #[test]
    fn a_ratio_is_rounded_down_to_the_lot() {
        assert_eq!(
            ratio_floor(5_300_000_000, 50_000_000, ONE_E8),
            Some(2_600_000_000)
        );
        assert_eq!(ratio_floor(10, ONE_E8, 3), Some(9));
    }

    #[test]
    fn a_band_counts_both_ways_and_includes_its_edge() {
        assert!(within_band(110, 100, ONE_E8 / 10));
        assert!(within_band(90, 100, ONE_E8 / 10));
        assert!(!within_band(111, 100, ONE_E8 / 10));
        assert!(!within_band(89, 100, ONE_E8 / 10));
    }
}
