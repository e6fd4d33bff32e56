//! Samples are what they say.

use super::*;

#[test]
fn the_same_seed_makes_the_same_samples() {
    let (one, two, other) = (Samples::new(7), Samples::new(7), Samples::new(8));
    assert_eq!(one.webhook(), two.webhook());
    assert_eq!(one.event("{}"), two.event("{}"));
    assert_ne!(one.webhook().id, other.webhook().id);
}

#[test]
fn the_clock_moves_when_told_to() {
    let samples = Samples::new(1);
    assert_eq!(samples.now(), BEGINNING);
    samples.clock.advance_ms(5);
    assert_eq!(samples.now(), BEGINNING.plus_millis(5));
}
