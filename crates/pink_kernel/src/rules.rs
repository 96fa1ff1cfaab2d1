//! Trading rules, leverage and position mode, as the venue states them.

use shm_layout::{Code, Has, InstrumentCell, PositionMode, Report};

use crate::account::has;
use crate::cells::{CellRef, region};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};

impl Kernel {
    pub(crate) fn on_instrument(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let rules = [report.tick_e12, report.lot_e8];
        let minima = [report.min_qty_e8, report.min_notional_e8];
        if report.symbol.is_empty() || rules.iter().any(|rule| *rule <= 0) {
            return Err(Code::InvalidField);
        }
        if minima.iter().any(|least| *least < 0) {
            return Err(Code::OutOfRange);
        }
        let at = match self.find_instrument(&report.symbol) {
            Some(at) => at,
            None => self.free_instrument().ok_or(Code::OutOfRange)?,
        };
        t.instrument = at;
        let boot = self.desk.boot_seq;
        let cell = self.instruments.at_mut(at);
        if cell.seq < boot {
            cell.mark_mono_ns = 0; // From a clock that is gone.
        }
        *cell = InstrumentCell {
            symbol: report.symbol,
            seq: t.seq,
            tick_e12: report.tick_e12,
            lot_e8: report.lot_e8,
            min_qty_e8: report.min_qty_e8,
            min_notional_e8: report.min_notional_e8,
            maker_fee_e8: report.maker_fee_e8,
            taker_fee_e8: report.taker_fee_e8,
            ..*cell
        };
        self.symbols.set(hash(&report.symbol), at);
        t.fx.touch(CellRef::instrument(at));
        Ok(())
    }

    pub(crate) fn on_leverage(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let at = self
            .find_instrument(&report.symbol)
            .ok_or(Code::UnknownSymbol)?;
        if !has(report, Has::Leverage) || report.leverage == 0 {
            return Err(Code::InvalidField);
        }
        t.instrument = at;
        self.instruments.at_mut(at).leverage = u64::from(report.leverage);
        t.fx.touch(CellRef::instrument(at));
        Ok(())
    }

    pub(crate) fn on_position_mode(
        &mut self,
        t: &mut Turn<'_>,
        report: &Report,
    ) -> Result<(), Code> {
        if report.position_mode == PositionMode::Unknown {
            return Err(Code::InvalidField);
        }
        self.account.position_mode = report.position_mode;
        t.fx.touch(CellRef::single(region::ACCOUNT));
        Ok(())
    }
}
