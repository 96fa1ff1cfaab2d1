//! Deadlines of orders, slots and the desk in an indexed heap; ties go to the lower number, so
//! that the order of expiry never depends on how the heap came about.

use alloc::{boxed::Box, vec, vec::Vec};

use crate::{ORDERS_MAX, SLOTS_MAX};

/// Timers of the desk come after those of orders and slots.
pub(crate) const RECONCILE_TIMER: u16 = ORDERS_MAX + SLOTS_MAX;
pub(crate) const SWEEP_TIMER: u16 = RECONCILE_TIMER + 1;
pub(crate) const WITHDRAW_TIMER: u16 = RECONCILE_TIMER + 2;
const TIMERS_MAX: u16 = RECONCILE_TIMER + 3;
const OUT: u16 = u16::MAX;

pub(crate) const fn slot_timer(slot: u16) -> u16 {
    ORDERS_MAX.wrapping_add(slot)
}

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Order(u16),
    Slot(u16),
    Reconcile,
    Sweep,
    Withdraw,
}

pub(crate) struct Deadlines {
    heap: Vec<u16>,
    place: Box<[u16]>,
    at: Box<[u64]>,
}

impl Deadlines {
    pub(crate) fn new() -> Self {
        Self {
            heap: Vec::with_capacity(usize::from(TIMERS_MAX)),
            place: vec![OUT; usize::from(TIMERS_MAX)].into_boxed_slice(),
            at: vec![0; usize::from(TIMERS_MAX)].into_boxed_slice(),
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<u64> {
        self.heap.first().map(|timer| self.time(*timer))
    }

    /// Whose deadline is the earliest, if it is due.
    pub(crate) fn due(&self, now_mono_ns: u64) -> Option<Due> {
        let timer = *self.heap.first()?;
        (self.time(timer) <= now_mono_ns).then_some(match timer {
            RECONCILE_TIMER => Due::Reconcile,
            SWEEP_TIMER => Due::Sweep,
            WITHDRAW_TIMER => Due::Withdraw,
            order if order < ORDERS_MAX => Due::Order(order),
            slot => Due::Slot(slot.wrapping_sub(ORDERS_MAX)),
        })
    }

    /// Sets a deadline; 0 removes it.
    pub(crate) fn set(&mut self, timer: u16, at_mono_ns: u64) {
        let place = self.place.get(usize::from(timer)).copied().unwrap_or(OUT);
        if at_mono_ns == 0 {
            if place != OUT {
                self.remove(timer, usize::from(place));
            }
            return;
        }
        if let Some(at) = self.at.get_mut(usize::from(timer)) {
            *at = at_mono_ns;
        } else {
            return;
        }
        if place == OUT {
            let end = self.heap.len();
            self.heap.push(timer);
            self.settle(timer, end);
            self.rise(end);
        } else {
            let at = self.rise(usize::from(place));
            self.sink(at);
        }
    }

    pub(crate) fn get(&self, timer: u16) -> u64 {
        match self.place.get(usize::from(timer)) {
            Some(&OUT) | None => 0,
            Some(_) => self.time(timer),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.place.fill(OUT);
    }

    fn time(&self, timer: u16) -> u64 {
        self.at.get(usize::from(timer)).copied().unwrap_or(u64::MAX)
    }

    fn key(&self, place: usize) -> Option<(u64, u16)> {
        self.heap
            .get(place)
            .map(|timer| (self.time(*timer), *timer))
    }

    fn settle(&mut self, timer: u16, place: usize) {
        if let (Some(at), Some(slot)) = (
            self.place.get_mut(usize::from(timer)),
            self.heap.get_mut(place),
        ) {
            *at = u16::try_from(place).unwrap_or(OUT);
            *slot = timer;
        }
    }

    fn exchange(&mut self, a: usize, b: usize) {
        if let (Some(&left), Some(&right)) = (self.heap.get(a), self.heap.get(b)) {
            self.settle(right, a);
            self.settle(left, b);
        }
    }

    fn rise(&mut self, mut place: usize) -> usize {
        while place > 0 {
            let parent = place.saturating_sub(1) / 2;
            if self.key(parent) <= self.key(place) {
                break;
            }
            self.exchange(parent, place);
            place = parent;
        }
        place
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let left = place.saturating_mul(2).saturating_add(1);
            let mut least = place;
            for child in [left, left.saturating_add(1)] {
                if self
                    .key(child)
                    .is_some_and(|key| Some(key) < self.key(least))
                {
                    least = child;
                }
            }
            if least == place {
                return;
            }
            self.exchange(place, least);
            place = least;
        }
    }

    fn remove(&mut self, timer: u16, place: usize) {
        let last = self.heap.len().saturating_sub(1);
        self.exchange(place, last);
        self.heap.pop();
        if let Some(at) = self.place.get_mut(usize::from(timer)) {
            *at = OUT;
        }
        if place < last {
            let at = self.rise(place);
            self.sink(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn flaw_k9_the_earliest_comes_first_and_ties_go_to_the_lower_number() {
        let mut heap = Deadlines::new();
        let mut model = BTreeMap::new();
        let mut state = 3_u64;
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let timer = u16::try_from((state >> 33) % u64::from(TIMERS_MAX)).unwrap();
            let at = (state >> 50) % 50;
            heap.set(timer, at);
            if at == 0 {
                model.remove(&timer);
            } else {
                model.insert(timer, at);
            }
            assert_eq!(heap.get(timer), at);
            let first = model.iter().map(|(timer, at)| (*at, *timer)).min();
            assert_eq!(heap.next(), first.map(|(at, _)| at));
            assert_eq!(heap.heap.first().copied(), first.map(|(_, timer)| timer));
        }
        assert_eq!(heap.due(0), None);
        heap.clear();
        heap.set(slot_timer(4), 9);
        assert_eq!((heap.due(8), heap.due(9)), (None, Some(Due::Slot(4))));
    }
}
