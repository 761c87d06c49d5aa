//! The full figures.
fn main() {}
