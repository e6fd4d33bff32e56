//! The figures of a run: one of each kind a round, and what is told of them.
//!
//! Invariant: every figure has a value for each round, in the order of the rounds, so that ratios
//! can be taken round by round. Of the values, the least, the median and the greatest are told.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

const MIB: f64 = 1024.0 * 1024.0;

/// Figures in the order in which they were first measured.
#[derive(Debug, Default)]
pub(super) struct Figures(Vec<Figure>);

#[derive(Debug)]
struct Figure {
    scenario: &'static str,
    name: &'static str,
    values: Vec<f64>,
}

/// Scenarios under full load: what a line of the table is called.
const LOADS: [(&str, &str); 6] = [
    ("bare_32", "bare server, 32 connections"),
    ("bare_256", "bare server, 256 connections"),
    ("null_relay", "null relay, end to end"),
    ("accepted", "signed, accepted, no webhook, 256 connections"),
    ("signed", "signed, to one webhook signed anew"),
    ("published", "published, to one webhook"),
];

const LOAD_COLUMNS: [(&str, &str); 5] = [
    ("per_second", "events/s"),
    ("server_s_per_1000", "server s/1000"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("busy_percent", "busy %"),
];

/// All other lines: scenario, figure, and what it is called.
const OTHERS: [(&str, &str, &str); 19] = [
    ("ratio", "accepted_to_bare", "accepted / bare server, events/s"),
    ("ratio", "signed_to_null_relay", "signed / null relay, events/s"),
    ("ratio", "published_to_null_relay", "published / null relay, events/s"),
    ("ratio", "accepted_p99_to_share", "accepted p99 / (256 connections / events/s)"),
    ("paced", "p50_ms", "50 events/s, request to receiver, p50 ms"),
    ("paced", "p99_ms", "50 events/s, request to receiver, p99 ms"),
    ("paced", "commit_p50_ms", "50 commits/s beside it, p50 ms"),
    ("paced", "commit_p99_ms", "50 commits/s beside it, p99 ms"),
    ("commit", "per_second", "commits in a row, per second"),
    ("commit", "p50_ms", "commits in a row, p50 ms"),
    ("commit", "p99_ms", "commits in a row, p99 ms"),
    ("memory", "idle_mib", "memory idle, MiB"),
    ("memory", "accepting_peak_mib", "memory accepting, peak, MiB"),
    ("memory", "delivering_peak_mib", "memory delivering, peak, MiB"),
    ("memory", "after_mib", "memory after delivering, MiB"),
    ("start", "line_ms", "start to its ready line, ms"),
    ("start", "answer_ms", "start to first 200 of /healthz, ms"),
    ("machine", "busy_before_percent", "processors busy before the round, %"),
    ("signed", "accepted_per_second", "signed, to one webhook: accepted/s"),
];

/// Figures of one scenario divided by those of another.
const RATIOS: [(&str, &str, &str); 3] = [
    ("accepted_to_bare", "accepted", "bare_256"),
    ("signed_to_null_relay", "signed", "null_relay"),
    ("published_to_null_relay", "published", "null_relay"),
];

impl Figures {
    pub(super) fn add(&mut self, scenario: &'static str, name: &'static str, value: f64) {
        let known = |figure: &&mut Figure| figure.scenario == scenario && figure.name == name;
        match self.0.iter_mut().find(known) {
            Some(figure) => figure.values.push(value),
            None => self.0.push(Figure { scenario, name, values: vec![value] }),
        }
    }

    /// The same for a size, told in MiB.
    pub(super) fn add_bytes(&mut self, scenario: &'static str, name: &'static str, bytes: u64) {
        self.add(scenario, name, bytes as f64 / MIB);
    }

    /// Adds what follows from others, round by round.
    pub(super) fn add_ratios(&mut self) {
        for (name, above, below) in RATIOS {
            let (above, below) = (
                self.values(above, "per_second").to_vec(),
                self.values(below, "per_second").to_vec(),
            );
            for (above, below) in above.iter().zip(&below) {
                self.add("ratio", name, above / below);
            }
        }
        let p99 = self.values("accepted", "p99_ms").to_vec();
        let rate = self.values("accepted", "per_second").to_vec();
        for (p99, rate) in p99.iter().zip(&rate) {
            // What each of 256 connections waits where all take turns.
            let share_ms = 256.0 * 1000.0 / rate;
            self.add("ratio", "accepted_p99_to_share", p99 / share_ms);
        }
    }

    /// Two tables, in the form of Markdown.
    pub(super) fn print(&self) {
        let names: Vec<_> = LOAD_COLUMNS.iter().map(|(_, name)| *name).collect();
        println!("| under full load | {} |", names.join(" | "));
        println!("|---|{}", "--:|".repeat(LOAD_COLUMNS.len()));
        for (scenario, label) in LOADS {
            let cells = LOAD_COLUMNS.map(|(name, _)| told(self.values(scenario, name)));
            println!("| {label} | {} |", cells.join(" | "));
        }
        println!("\n| what | least / median / greatest |\n|---|--:|");
        for (scenario, name, label) in OTHERS {
            println!("| {label} | {} |", told(self.values(scenario, name)));
        }
    }

    /// `{scenario: {figure: [a value for each round]}}`.
    pub(super) fn json(&self) -> Value {
        let mut scenarios = Map::new();
        for figure in &self.0 {
            let scenario = scenarios.entry(figure.scenario).or_insert_with(|| json!({}));
            scenario[figure.name] = json!(figure.values);
        }
        scenarios.into()
    }

    fn values(&self, scenario: &str, name: &str) -> &[f64] {
        let known = |figure: &&Figure| figure.scenario == scenario && figure.name == name;
        let figure = self.0.iter().find(known);
        figure.map_or(&[], |figure| &figure.values)
    }
}

/// A number inside a program's answer.
pub(super) fn number(answer: &Value, pointer: &str) -> Result<f64> {
    answer
        .pointer(pointer)
        .and_then(Value::as_f64)
        .with_context(|| format!("no number at {pointer} in {answer}"))
}

/// `least / median / greatest`, each with three digits that count.
fn told(values: &[f64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(least), Some(greatest)) = (sorted.first(), sorted.last()) else {
        return "none".to_owned();
    };
    let median = sorted.get(sorted.len() / 2).unwrap_or(greatest);
    [least, median, greatest].map(|value| digits(*value)).join(" / ")
}

fn digits(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        small if small >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_within_its_round() {
        let mut figures = Figures::default();
        for (accepted, bare) in [(10.0, 20.0), (30.0, 40.0), (5.0, 50.0)] {
            figures.add("accepted", "per_second", accepted);
            figures.add("bare_256", "per_second", bare);
        }
        figures.add_ratios();
        assert_eq!(figures.values("ratio", "accepted_to_bare"), [0.5, 0.75, 0.1]);
        assert_eq!(figures.values("ratio", "signed_to_null_relay"), [0.0; 0]);
    }

    #[test]
    fn three_values_are_told_in_order() {
        assert_eq!(told(&[7.0, 0.25, 1234.4]), "0.250 / 7.00 / 1234");
        assert_eq!(told(&[]), "none");
    }
}
