//! What is held, and which windows are due.
//!
//! Sliding windows share panes: a message is counted once, in the pane of its time, and a window is its panes merged when
//! it closes (Li, Maier, Tufte, Papadimos and Tucker, "No Pane, No Gain", SIGMOD Record 34(1), 2005). A tumbling window is
//! one pane.
//!
//! Invariants: panes lie in order, none is empty, and each belongs to a window that is open, so one that ends after
//! `closed_to`; no window that ends there or before is ever given again.

use std::collections::VecDeque;

use foldhash::quality::RandomState;
use indexmap::IndexMap;

use super::figures::{Figures, Report};
use super::options::WindowOptions;

type Groups = IndexMap<Box<[u8]>, Figures, RandomState>;

#[derive(Default)]
struct Pane {
    start: i64,
    groups: Groups,
}

pub(super) struct Panes {
    size: i64,
    /// How far the ends of windows are apart; each is a multiple of it.
    step: i64,
    pane: i64,
    open: VecDeque<Pane>,
    /// The pane of the last message.
    recent: usize,
    /// All windows that end here or before are closed. A multiple of `step`.
    closed_to: i64,
    /// The keys of all panes.
    groups: usize,
    max_keys: usize,
    max_groups: usize,
}

/// Why there is no place for one key more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Full {
    Keys,
    Groups,
}

/// A window that has closed.
pub(super) struct Closed {
    pub(super) bounds: [i64; 2],
    pub(super) groups: Groups,
}

impl Panes {
    pub(super) fn new(options: &WindowOptions) -> Self {
        let step = options.step_ms() as i64;
        Self {
            size: options.size_ms as i64,
            step,
            pane: options.pane_ms() as i64,
            open: VecDeque::new(),
            recent: 0,
            // Before any time there is.
            closed_to: (i64::MIN / 4).div_euclid(step) * step,
            groups: 0,
            max_keys: options.max_keys,
            max_groups: options.max_groups,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether all windows of this time are closed.
    #[inline]
    pub(super) fn is_late(&self, time: i64) -> bool {
        // What comes after the end of a window belongs to one that ends later.
        time < self.closed_to && self.last_end(time.div_euclid(self.pane) * self.pane) <= self.closed_to
    }

    /// The end of the last window that a pane belongs to.
    fn last_end(&self, pane_start: i64) -> i64 {
        (pane_start + self.size).div_euclid(self.step) * self.step
    }

    /// Where a message of this time and key is counted; not for late ones.
    #[inline]
    pub(super) fn figures(&mut self, time: i64, key: &[u8], report: &Report) -> Result<&mut Figures, Full> {
        let is_recent =
            self.open.get(self.recent).is_some_and(|pane| (pane.start..pane.start + self.pane).contains(&time));
        if !is_recent {
            if self.groups >= self.max_groups && !self.holds_pane_of(time) {
                return Err(Full::Groups);
            }
            self.recent = self.pane_of(time);
        }
        let groups = &mut self.open[self.recent].groups;
        let index = match groups.get_index_of(key) {
            Some(index) => index,
            None if groups.len() >= self.max_keys => return Err(Full::Keys),
            None if self.groups >= self.max_groups => return Err(Full::Groups),
            None => {
                self.groups += 1;
                groups.insert_full(key.into(), report.figures()).0
            }
        };
        Ok(&mut groups[index])
    }

    fn holds_pane_of(&self, time: i64) -> bool {
        let start = time.div_euclid(self.pane) * self.pane;
        self.open.binary_search_by_key(&start, |pane| pane.start).is_ok()
    }

    fn pane_of(&mut self, time: i64) -> usize {
        let start = time.div_euclid(self.pane) * self.pane;
        self.open.binary_search_by_key(&start, |pane| pane.start).unwrap_or_else(|place| {
            self.open.insert(place, Pane { start, groups: Groups::default() });
            place
        })
    }

    /// The end of the next window to close, of those in which there is something.
    pub(super) fn next_end(&self) -> Option<i64> {
        let first = self.open.front()?;
        let first_end = (first.start.div_euclid(self.step) + 1) * self.step;
        Some(first_end.max(self.closed_to + self.step))
    }

    /// Closes the next window that ends at `time` or before; `None` when there is none any more.
    #[inline]
    pub(super) fn close_next(&mut self, time: i64) -> Option<Closed> {
        if time < self.closed_to + self.step {
            return None;
        }
        match self.next_end() {
            Some(end) if end <= time => Some(self.close(end)),
            _ => {
                self.closed_to = time.div_euclid(self.step) * self.step;
                None
            }
        }
    }

    /// Closes the next window in which there is something, whenever it ends.
    pub(super) fn close_any(&mut self) -> Option<Closed> {
        self.next_end().map(|end| self.close(end))
    }

    fn close(&mut self, end: i64) -> Closed {
        self.closed_to = end;
        self.recent = 0;
        let mut groups = Groups::default();
        // Those that no later window needs come first, and nothing of them is copied.
        while self.open.front().is_some_and(|pane| self.last_end(pane.start) <= end)
            && let Some(pane) = self.open.pop_front()
        {
            self.groups -= pane.groups.len();
            if groups.is_empty() {
                groups = pane.groups;
            } else {
                pane.groups.into_iter().for_each(|(key, figures)| merge(&mut groups, key, figures));
            }
        }
        for pane in self.open.iter().take_while(|pane| pane.start < end) {
            for (key, figures) in &pane.groups {
                match groups.get_mut(key) {
                    Some(merged) => merged.merge(figures),
                    None => drop(groups.insert(key.clone(), figures.clone())),
                }
            }
        }
        Closed { bounds: [end - self.size, end], groups }
    }
}

fn merge(groups: &mut Groups, key: Box<[u8]>, figures: Figures) {
    match groups.get_mut(&key) {
        Some(merged) => merged.merge(&figures),
        None => drop(groups.insert(key, figures)),
    }
}

impl std::fmt::Debug for Panes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { closed_to, groups, .. } = self;
        f.debug_struct("Panes").field("closed_to", closed_to).field("groups", groups).finish_non_exhaustive()
    }
}
