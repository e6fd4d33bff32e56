//! What a receiver's answers come to: false accepts, false refusals, crashes, and the two kinds of
//! difference that are no fault.
//!
//! A vector says more than the specification of its dialect in places; where only our own reading
//! decides, an answer that differs is "looser than ours" or "stricter than ours". Which these are is
//! decided here, from the reason's word and from what the case holds, never from who answered.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::cases::{Case, Selection};

/// What a receiver did with one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Accepted,
    Refused,
    /// An exception or an end that is not its documented way to refuse: of which kind.
    Crashed(String),
}

/// An answer: the case's dialect and name, and the outcome.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) dialect: String,
    pub(super) name: String,
    pub(super) outcome: Outcome,
}

/// Cases, with dialect and name, by a word: the reason, or the kind of a crash.
pub(super) type ByWord = BTreeMap<String, Vec<String>>;

/// What all answers of one receiver come to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) cases: usize,
    pub(super) false_accepts: ByWord,
    pub(super) false_refusals: ByWord,
    pub(super) crashes: ByWord,
    /// How many of the crashes were at a case that is genuine.
    pub(super) crashes_at_genuine: usize,
    pub(super) looser: ByWord,
    pub(super) stricter: ByWord,
}

/// Reasons that are our own strictness: no specification of a dialect asks for them.
const OWN_REASONS: [&str; 5] = [
    "too_many_signatures",
    "id_invalid",
    "signature_repeated",
    "id_repeated",
    "timestamp_repeated",
];

/// The word for a false refusal; the vectors have none for what is genuine.
const GENUINE: &str = "genuine";

impl Tally {
    /// # Errors
    /// The answers are not one for each case, in the cases' order.
    pub(super) fn of(selection: &Selection, answers: &[Answer]) -> Result<Self> {
        let (cases, answered) = (selection.cases.len(), answers.len());
        ensure!(cases == answered, "{answered} answers to {cases} cases");
        let mut tally = Self { cases, ..Self::default() };
        for (case, answer) in selection.cases.iter().zip(answers) {
            let is_same = case.dialect == answer.dialect && case.name == answer.name;
            ensure!(is_same, "`{}` was answered in the place of `{}`", answer.name, case.name);
            tally.count(case, &answer.outcome);
        }
        Ok(tally)
    }

    /// Whether every answer is what the vectors say.
    pub(super) fn is_exact(&self) -> bool {
        let all = [
            &self.false_accepts,
            &self.false_refusals,
            &self.crashes,
            &self.looser,
            &self.stricter,
        ];
        all.iter().all(|words| words.is_empty())
    }

    fn count(&mut self, case: &Case, outcome: &Outcome) {
        let (words, word) = match (outcome, &case.refused) {
            (Outcome::Crashed(kind), refused) => {
                self.crashes_at_genuine += usize::from(refused.is_none());
                (&mut self.crashes, kind.as_str())
            }
            (Outcome::Accepted, None) | (Outcome::Refused, Some(_)) => return,
            (Outcome::Accepted, Some(reason)) if is_own_strictness(case, reason) => {
                (&mut self.looser, reason.as_str())
            }
            (Outcome::Accepted, Some(reason)) => (&mut self.false_accepts, reason.as_str()),
            (Outcome::Refused, None) => match own_tolerance(case) {
                Some(word) => (&mut self.stricter, word),
                None => (&mut self.false_refusals, GENUINE),
            },
        };
        let name = format!("`{}` \"{}\"", case.dialect, case.name);
        words.entry(word.to_owned()).or_default().push(name);
    }
}

/// Whether a refusal is our own reading, beyond the dialect's specification.
fn is_own_strictness(case: &Case, reason: &str) -> bool {
    OWN_REASONS.contains(&reason) || has_zeros_before_its_time(case)
}

/// Why nobody but us has to take a genuine case: what no sender of the dialect writes.
fn own_tolerance(case: &Case) -> Option<&'static str> {
    if has_zeros_before_its_time(case) {
        return Some("time with zeros in front");
    }
    // The senders of these dialects write JSON, or JSON in a form, in UTF-8, and digits in lower case.
    let header = case.signature_header()?;
    if case.body.is_empty() {
        return Some("empty body");
    }
    if str::from_utf8(&case.body).is_err() {
        return Some("body not UTF-8");
    }
    let mut signatures = case.values(header);
    let has_capitals = signatures.any(|value| value.bytes().any(|byte| byte.is_ascii_uppercase()));
    has_capitals.then_some("digits in capitals")
}

/// The specification of Standard Webhooks says "integer": what is signed may be read as the number or
/// as the text. We read the text.
fn has_zeros_before_its_time(case: &Case) -> bool {
    case.values("webhook-timestamp").any(|time| time.len() > 1 && time.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(case: Case, outcome: Outcome) -> Tally {
        let (dialect, name) = (case.dialect.to_owned(), case.name.clone());
        let selection = Selection { cases: vec![case], ..Selection::default() };
        Tally::of(&selection, &[Answer { dialect, name, outcome }]).unwrap()
    }

    fn words(words: &ByWord) -> Vec<&str> {
        words.keys().map(String::as_str).collect()
    }

    const SIGNATURE: (&str, &str) = ("X-Hub-Signature-256", "sha256=00");

    #[test]
    fn what_the_vectors_say_is_exact() {
        let genuine = Case::sample("github", SIGNATURE, None);
        assert!(tally(genuine, Outcome::Accepted).is_exact());
        let forged = Case::sample("github", SIGNATURE, Some("mismatch"));
        assert!(tally(forged, Outcome::Refused).is_exact());
    }

    #[test]
    fn false_answers_are_told_apart() {
        let forged = || Case::sample("github", SIGNATURE, Some("mismatch"));
        assert_eq!(words(&tally(forged(), Outcome::Accepted).false_accepts), ["mismatch"]);
        let crashed = Outcome::Crashed("ValueError".to_owned());
        let at_forged = tally(forged(), crashed.clone());
        assert_eq!(
            (words(&at_forged.crashes), at_forged.crashes_at_genuine),
            (vec!["ValueError"], 0)
        );
        let genuine = || Case::sample("github", SIGNATURE, None);
        assert_eq!(words(&tally(genuine(), Outcome::Refused).false_refusals), [GENUINE]);
        let at_genuine = tally(genuine(), crashed);
        assert_eq!(
            (words(&at_genuine.crashes), at_genuine.crashes_at_genuine),
            (vec!["ValueError"], 1)
        );
    }

    #[test]
    fn our_own_strictness_is_nobodys_false_accept() {
        for word in OWN_REASONS {
            let case = Case::sample("standard-webhooks", ("webhook-timestamp", "1"), Some(word));
            let tally = tally(case, Outcome::Accepted);
            assert_eq!((words(&tally.looser), tally.false_accepts.len()), (vec![word], 0));
        }
        let zeros = ("webhook-timestamp", "01");
        let case = Case::sample("standard-webhooks", zeros, Some("mismatch"));
        assert_eq!(words(&tally(case, Outcome::Accepted).looser), ["mismatch"]);
    }

    #[test]
    fn our_own_tolerance_is_nobodys_false_refusal() {
        let genuine = |header| Case::sample("github", header, None);
        let mut empty = genuine(SIGNATURE);
        empty.body.clear();
        let mut binary = genuine(SIGNATURE);
        binary.body = vec![0xff];
        let capitals = genuine(("X-Hub-Signature-256", "sha256=0A"));
        for (case, word) in
            [(empty, "empty body"), (binary, "body not UTF-8"), (capitals, "digits in capitals")]
        {
            assert_eq!(words(&tally(case, Outcome::Refused).stricter), [word]);
        }
        // Standard Webhooks takes any body.
        let mut binary = Case::sample("standard-webhooks", ("webhook-timestamp", "1"), None);
        binary.body = vec![0xff];
        assert_eq!(words(&tally(binary, Outcome::Refused).false_refusals), [GENUINE]);
    }

    #[test]
    fn an_answer_that_is_missing_or_of_another_case_is_an_error() {
        let case = Case::sample("github", SIGNATURE, None);
        let selection = Selection { cases: vec![case], ..Selection::default() };
        assert!(Tally::of(&selection, &[]).is_err());
        let (dialect, name) = ("github".to_owned(), "another".to_owned());
        let answer = Answer { dialect, name, outcome: Outcome::Accepted };
        assert!(Tally::of(&selection, &[answer]).is_err());
    }
}
