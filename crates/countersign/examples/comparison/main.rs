//! Whether a comparison depends on how many leading bytes of a forged digest are right.
//!
//! `comparison count` verifies forged requests of every form, with 0, 1, 2, ... leading bytes right,
//! each in one call of `measured`, and prints a line for each call. Run it under valgrind's callgrind
//! with `--collect-atstart=no --toggle-collect='comparison::measured'
//! --dump-after='comparison::measured'`: the counts of one form must all be equal. `comparison
//! statistics` times requests with no byte right and requests with all but the last byte right,
//! interleaved at random, and prints Welch's t for each form.
//!
//! With `early-exit` after it, a comparison that stops at the first difference is made besides: what
//! judges the counts or the times has to find it.
#![allow(clippy::disallowed_methods, reason = "it measures")]

mod forged;
mod statistics;

use std::env;
use std::error::Error;
use std::hint::black_box;

use forged::{Check, Forgery};

const WARM_UPS: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let comparison = |word: Option<&String>| match word.map(String::as_str) {
        None => Some(Check::AsShipped),
        Some("early-exit") => Some(Check::WithEarlyExit),
        Some(_) => None,
    };
    let check = comparison(arguments.get(1)).ok_or("the second word is early-exit, or none")?;
    match arguments.first().map(String::as_str) {
        Some("count") => count(&forged::all()?, check),
        Some("statistics") => statistics::print(&forged::all()?, check),
        _ => return Err("usage: comparison count|statistics [early-exit]".into()),
    }
    Ok(())
}

/// One call for each number of right bytes, after some in which caches and free lists are filled. All
/// read the request from the same place: how it is aligned has its own steps.
fn count(forgeries: &[Forgery], check: Check) {
    for forgery in forgeries {
        let mut claimed = forgery.claimed(0);
        let warm_up = (0..WARM_UPS).map(|_| ("warm-up".to_owned(), 0));
        for (line, right) in
            warm_up.chain((0..forgery.bytes()).map(|right| (right.to_string(), right)))
        {
            let next = forgery.claimed(right);
            claimed.select(&next, &next, 0);
            drop(next);
            assert!(!measured(&|| forgery.accepts(&claimed, check)), "a forgery was accepted");
            println!("{} {line}", forgery.name());
        }
    }
}

/// What is counted: nothing but the check.
#[inline(never)]
fn measured(check: &dyn Fn() -> bool) -> bool {
    black_box(check())
}
