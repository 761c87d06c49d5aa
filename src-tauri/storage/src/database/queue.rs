//! The queue between callers and a storage thread.
//!
//! A plain mutex and condition variable: the threads that wait here do blocking work anyway, and the
//! writer wants what no channel offers, namely everything that is waiting at once.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                is_closed: false,
            }),
            arrived: Condvar::new(),
        }
    }

    /// Adds an item; after `close` the item is dropped instead, which tells whoever waits for it.
    pub(super) fn push(&self, item: T) {
        let mut state = self.lock();
        if !state.is_closed {
            state.waiting.push_back(item);
            drop(state);
            self.arrived.notify_one();
        }
    }

    /// Waits for items and takes up to `most` of them; `None` once the queue is closed and empty.
    pub(super) fn take(&self, most: usize) -> Option<VecDeque<T>> {
        let state = self.lock();
        let mut state = self
            .arrived
            .wait_while(state, |state| state.waiting.is_empty() && !state.is_closed)
            .unwrap_or_else(PoisonError::into_inner);
        if state.waiting.is_empty() {
            return None;
        }
        let count = state.waiting.len().min(most);
        Some(state.waiting.drain(..count).collect())
    }

    /// Lets nothing in any more. What is waiting will still be taken.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.arrived.notify_all();
    }

    /// No job runs under this lock, so a poisoned one still guards a sound queue.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by the thread that serves a queue. However that thread ends, nobody waits for it afterwards: the
/// queue is closed, and what is still in it is dropped, which tells whoever waits for it.
pub(super) struct Serving<'q, T>(pub(super) &'q Queue<T>);

impl<T> Drop for Serving<'_, T> {
    fn drop(&mut self) {
        self.0.close();
        let left = mem::take(&mut self.0.lock().waiting);
        for item in left {
            // This may run while a panic unwinds, and a second one that got out would end the process.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(item))) {
                mem::forget(payload);
            }
        }
    }
}
