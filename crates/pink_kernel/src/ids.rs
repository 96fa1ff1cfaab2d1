//! Client order ids: deterministic, lower case, at most 40 characters, never used twice.
//!
//! `<instance 8><journal 8 hex><incarnation hex>-<slot hex>-<generation hex>-<role><leg>-<nth>`
//! The incarnation grows at each start of the kernel, so a wiped journal or a reused instance
//! name can never claim an old order. Within one incarnation, six digits of generations are more
//! trades than a slot can hold, and five digits of base 36 more orders than a trade can need.

use shm_layout::{Ascii, Epoch, OrderRole};

use crate::cells::mix;

/// Orders one trade may ever command: five digits of base 36, an order a second for two years.
pub(crate) const SUBMITS_MAX: u32 = 36 * 36 * 36 * 36 * 36 - 1;
/// Leg of an exit that does not use up an exit leg.
pub(crate) const NO_LEG: u8 = 0xF;
const INSTANCE_CHARS_MAX: usize = 8;
const INCARNATION_MASK: u64 = 0xF_FFFF;
const GENERATION_MASK: u32 = 0xFF_FFFF;

pub(crate) type ClientId = Ascii<40>;

/// Text under construction; what does not fit is dropped.
struct Text {
    bytes: [u8; 40],
    len: usize,
}

impl Text {
    fn byte(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.len) {
            *free = byte;
            self.len = self.len.saturating_add(1);
        }
    }

    fn hex(&mut self, value: u64, digits_min: u32) {
        let digits = (64_u32.saturating_sub(value.leading_zeros()))
            .div_ceil(4)
            .max(digits_min);
        for digit in (0..digits.max(1)).rev() {
            self.digit(value >> digit.saturating_mul(4) & 0xF);
        }
    }

    fn base36(&mut self, value: u32) {
        let times = |unit: u32| value.checked_div(unit).unwrap_or(0);
        let mut unit = 1_u32;
        while times(unit) >= 36 {
            unit = unit.saturating_mul(36);
        }
        while unit > 0 {
            self.digit(u64::from(times(unit) % 36));
            unit /= 36;
        }
    }

    fn digit(&mut self, value: u64) {
        let digit = u8::try_from(value).unwrap_or(0);
        self.byte(if digit < 10 {
            b'0'.wrapping_add(digit)
        } else {
            b'W'.wrapping_add(digit)
        });
    }
}

/// What all ids of one journal start with, and what those of one incarnation start with.
#[derive(Clone, Copy)]
pub(crate) struct Tag {
    bytes: [u8; 40],
    ours: usize,
    len: usize,
}

impl Tag {
    pub(crate) fn new(epoch: &Epoch) -> Self {
        let mut text = Text {
            bytes: [0; 40],
            len: 0,
        };
        for byte in epoch.instance.as_str().bytes().take(INSTANCE_CHARS_MAX) {
            text.byte(byte.to_ascii_lowercase());
        }
        text.hex(epoch.journal_id & 0xFFFF_FFFF, 8);
        let ours = text.len;
        text.hex(epoch.incarnation & INCARNATION_MASK, 1);
        Self {
            bytes: text.bytes,
            ours,
            len: text.len,
        }
    }

    pub(crate) fn id(
        &self,
        slot: u16,
        generation: u32,
        role: OrderRole,
        leg: u8,
        nth: u32,
    ) -> ClientId {
        let mut text = Text {
            bytes: self.bytes,
            len: self.len,
        };
        text.byte(b'-');
        text.hex(u64::from(slot), 1);
        text.byte(b'-');
        text.hex(u64::from(generation & GENERATION_MASK), 1);
        text.byte(b'-');
        text.byte(match role {
            OrderRole::Entry => b'e',
            OrderRole::Exit => b'x',
            OrderRole::StopLoss => b's',
            OrderRole::TakeProfit => b't',
            OrderRole::None => b'n',
        });
        text.hex(u64::from(leg & 0xF), 1);
        text.byte(b'-');
        text.base36(nth);
        ClientId::from_padded(text.bytes).unwrap_or(ClientId::EMPTY)
    }

    /// Whether the id was made by this journal, in whichever incarnation.
    pub(crate) fn is_ours(&self, id: &ClientId) -> bool {
        let own = self.bytes.get(..self.ours).unwrap_or(&[]);
        !own.is_empty() && id.as_padded().starts_with(own)
    }
}

/// Hash of padded text, for the indexes.
pub(crate) fn hash<const N: usize>(text: &Ascii<N>) -> u64 {
    let (words, _) = text.as_padded().as_chunks::<8>();
    words.iter().fold(0x51_7C_C1_B7, |hash, word| {
        mix(hash, u64::from_le_bytes(*word))
    })
}

/// A trade id for a position found at the venue: a pure function of what was found.
pub(crate) fn adopted_id(symbol: &Ascii<24>, facts: [i64; 4]) -> Ascii<32> {
    let mut hash = hash(symbol);
    for fact in facts {
        hash = mix(hash, u64::from_le_bytes(fact.to_le_bytes()));
    }
    let mut text = Text {
        bytes: [0; 40],
        len: 0,
    };
    for byte in b"adopted-" {
        text.byte(*byte);
    }
    text.hex(hash, 16);
    text.bytes
        .first_chunk::<32>()
        .copied()
        .and_then(Ascii::from_padded)
        .unwrap_or(Ascii::EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(instance: &str, journal_id: u64, incarnation: u64) -> Tag {
        let instance = Ascii::new(instance).unwrap();
        Tag::new(&Epoch {
            instance,
            journal_id,
            incarnation,
            ..Epoch::ZERO
        })
    }

    #[test]
    fn flaw_i11_an_id_is_a_function_of_the_order_and_fits_the_venue() {
        let id = tag("paper", 0x1_2345_6789, 3).id(2, 0x10, OrderRole::Exit, 1, 7);
        assert_eq!(id.as_str(), "paper234567893-2-10-x1-7");
        let longest = tag("a-long-instance", u64::MAX, u64::MAX);
        let id = longest.id(255, u32::MAX, OrderRole::TakeProfit, NO_LEG, SUBMITS_MAX);
        assert_eq!(id.as_str(), "a-long-ifffffffffffff-ff-ffffff-tf-zzzzz");
        assert!(id.as_str().bytes().all(|byte| !byte.is_ascii_uppercase()));
    }

    #[test]
    fn only_ids_of_this_journal_are_ours() {
        let ours = tag("paper", 7, 3);
        let id = tag("paper", 7, 9).id(0, 1, OrderRole::Entry, 0, 1);
        assert!(ours.is_ours(&id));
        assert!(!ours.is_ours(&tag("paper", 8, 3).id(0, 1, OrderRole::Entry, 0, 1)));
        assert!(!ours.is_ours(&ClientId::EMPTY));
        assert_ne!(hash(&id), hash(&ours.id(0, 1, OrderRole::Entry, 0, 1)));
    }

    #[test]
    fn an_adopted_position_always_gets_the_same_trade_id() {
        let symbol = Ascii::new("BTC-USDT").unwrap();
        assert_eq!(
            adopted_id(&symbol, [1, 2, 3, 4]),
            adopted_id(&symbol, [1, 2, 3, 4])
        );
        assert_ne!(
            adopted_id(&symbol, [1, 2, 3, 4]),
            adopted_id(&symbol, [1, 2, 3, 5])
        );
        assert!(adopted_id(&symbol, [0; 4]).as_str().starts_with("adopted-"));
    }
}
