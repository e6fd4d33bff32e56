//! One run: lanes, a store and receivers, moved on from happening to happening.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    time::Duration,
};

use pipeline::{
    AttemptReport, DeliveryId, Next, Outcome, RateLimit, RetryPolicy, Status, Timestamp,
    breaker::Change,
    delivery::{Circumstances, decide},
    store::LaneMemory,
};

use super::{
    super::{
        Ready,
        lane::{Ended, LaneState, Step, Terms},
        memory::Memory,
    },
    model::Model,
    receiver::{Draws, Mood, moment},
};

/// The most that a lane may have in memory.
const READY_BOUND: usize = 2_048;
/// Happenings before a run counts as endless.
const HAPPENINGS_MAX: u64 = 30_000_000;

/// What is played.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) webhooks: usize,
    /// How long events arrive.
    pub(super) arriving_ms: u64,
    /// The time between two events of one webhook.
    pub(super) every_ms: u64,
    /// How long a mood lasts at most; 0: away until the end of arriving, then taking.
    pub(super) mood_max_ms: u64,
    /// Kills of the server on average.
    pub(super) kills: u64,
    /// A defect on purpose: what a killed server had leased is not released.
    pub(super) forgets: bool,
}

impl Plan {
    pub(super) fn ten_minutes() -> Plan {
        let arriving_ms = 600_000;
        Plan {
            webhooks: 4,
            arriving_ms,
            every_ms: 1_500,
            mood_max_ms: 60_000,
            kills: 3,
            forgets: false,
        }
    }

    pub(super) fn three_days() -> Plan {
        let arriving_ms = 72 * 3_600_000;
        Plan { webhooks: 1, arriving_ms, every_ms: 100, mood_max_ms: 0, kills: 0, forgets: false }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Arrives(usize),
    MoodChanges(usize),
    Pump(usize),
    Ends { webhook: usize, number: usize, run: u64 },
    Kill,
    AllAreBack,
}

pub(super) struct World {
    plan: Plan,
    now_ms: u64,
    draws: Draws,
    agenda: BinaryHeap<Reverse<(u64, u64, Happening)>>,
    happened: u64,
    /// Kills so far: what a killed server had under way ends unheard.
    run: u64,
    lanes: Vec<LaneState>,
    terms: Vec<Terms>,
    policies: Vec<RetryPolicy>,
    moods: Vec<Mood>,
    remembered: Vec<LaneMemory>,
    under_way: Vec<usize>,
    reports: HashMap<usize, (AttemptReport, bool)>,
    store: Model,
    problem: Option<String>,
}

impl World {
    pub(super) fn new(seed: u64, plan: &Plan) -> World {
        let mut draws = Draws::new(seed);
        let count = plan.webhooks;
        let steady = plan.mood_max_ms == 0;
        let terms = (0..count).map(|_| Terms {
            runs: true,
            in_flight_max: if steady { 32 } else { 1 + draws.below(8) as usize },
            rate: (!steady && draws.below(3) == 0)
                .then(|| RateLimit { per_second: 1 + draws.below(20) as u32, burst: 3 }),
            scarce: !steady && draws.below(4) == 0,
        });
        let terms = terms.collect();
        let policies = (0..count).map(|_| RetryPolicy {
            attempts_max: (!steady && draws.below(3) == 0).then(|| 1 + draws.below(6) as u32),
            ..RetryPolicy::default()
        });
        let policies = policies.collect();
        let mut world = World {
            plan: plan.clone(),
            now_ms: 0,
            draws,
            agenda: BinaryHeap::new(),
            happened: 0,
            run: 0,
            lanes: (0..count).map(|_| LaneState::default()).collect(),
            terms,
            policies,
            moods: vec![if steady { Mood::Away } else { Mood::Takes }; count],
            remembered: vec![LaneMemory::default(); count],
            under_way: vec![0; count],
            reports: HashMap::new(),
            store: Model::default(),
            problem: None,
        };
        world.plan_ahead();
        world
    }

    fn plan_ahead(&mut self) {
        for webhook in 0..self.plan.webhooks {
            self.at(self.plan.every_ms, Happening::Arrives(webhook));
            if self.plan.mood_max_ms > 0 {
                self.at(0, Happening::MoodChanges(webhook));
            }
        }
        for _ in 0..self.plan.kills {
            let when = self.draws.below(self.plan.arriving_ms);
            self.at(when, Happening::Kill);
        }
        self.at(self.plan.arriving_ms, Happening::AllAreBack);
    }

    /// Goes on until nothing happens any more, or something is wrong.
    pub(super) fn run(&mut self) {
        while let Some(Reverse((at_ms, _, happening))) = self.agenda.pop() {
            self.now_ms = at_ms;
            self.happen(happening);
            if self.happened > HAPPENINGS_MAX {
                self.wrong("it does not come to an end");
            }
            if self.problem.is_some() {
                return;
            }
        }
    }

    /// What does not hold, at the end.
    pub(super) fn problem(&self) -> Option<String> {
        let waits = |kept: &&super::model::Kept| kept.status == Status::Pending;
        let waiting = self.store.kept.iter().filter(waits).count();
        let lost = (waiting > 0).then(|| format!("{waiting} deliveries wait for nothing"));
        self.problem.clone().or(lost)
    }

    /// How many were delivered, and how many failed.
    pub(super) fn ended(&self) -> (usize, usize) {
        let count = |status| self.store.kept.iter().filter(|kept| kept.status == status).count();
        (count(Status::Delivered), count(Status::Failed))
    }

    fn now(&self) -> Timestamp {
        moment(self.now_ms)
    }

    fn at(&mut self, at_ms: u64, happening: Happening) {
        self.happened += 1;
        self.agenda.push(Reverse((at_ms, self.happened, happening)));
    }

    fn wrong(&mut self, problem: &str) {
        self.problem.get_or_insert(format!("after {} ms: {problem}", self.now_ms));
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives(webhook) => self.arrives(webhook),
            Happening::MoodChanges(webhook) if self.now_ms < self.plan.arriving_ms => {
                self.moods[webhook] = Mood::draw(&mut self.draws);
                let lasts = 1 + self.draws.below(self.plan.mood_max_ms);
                self.at(self.now_ms + lasts, Happening::MoodChanges(webhook));
            }
            Happening::MoodChanges(_) => {}
            Happening::Pump(webhook) => self.pump(webhook),
            Happening::Ends { webhook, number, run } if run == self.run => {
                self.ends(webhook, number);
            }
            Happening::Ends { .. } => {}
            Happening::Kill => self.kill(),
            Happening::AllAreBack => self.moods.fill(Mood::Takes),
        }
    }

    fn arrives(&mut self, webhook: usize) {
        let now = self.now();
        let Terms { rate, scarce, .. } = self.terms[webhook];
        let leased = self.lanes[webhook].grants(now, rate, scarce);
        let number = self.store.accept(webhook, leased, now);
        if leased {
            let ready = self.ready(number);
            self.lanes[webhook].ready.push_back(ready);
        } else {
            self.lanes[webhook].stored(now);
        }
        if self.now_ms + self.plan.every_ms <= self.plan.arriving_ms {
            self.at(self.now_ms + self.plan.every_ms, Happening::Arrives(webhook));
        }
        self.pump(webhook);
    }

    fn ready(&self, number: usize) -> Ready {
        let kept = &self.store.kept[number];
        Ready {
            id: DeliveryId::from_parts(number as u64, 0),
            request_id: None,
            attempts_made: kept.attempts,
            since: kept.since,
            event: None,
            _room: Memory::default().take(0).unwrap(),
        }
    }

    fn pump(&mut self, webhook: usize) {
        loop {
            let now = self.now();
            match self.lanes[webhook].step(now, self.terms[webhook]) {
                Step::Nothing => break,
                Step::Wait(until) => {
                    let wait = until.since(now).as_millis() as u64;
                    self.at(self.now_ms + wait.max(1), Happening::Pump(webhook));
                    break;
                }
                Step::Attempt(ready) => self.begins(webhook, &ready),
                Step::Claim { probe, room } => {
                    let found = self.store.claim(webhook, now, probe, room.min(128));
                    for number in &found {
                        let ready = self.ready(*number);
                        self.lanes[webhook].ready.push_back(ready);
                    }
                    let next_due = self.store.next_due(webhook);
                    self.lanes[webhook].claimed(found.len(), next_due, now);
                }
                Step::GiveBack(held) => {
                    for ready in held {
                        self.store.release(ready.id.seq() as usize, now);
                    }
                    self.lanes[webhook].stored(now);
                }
            }
        }
        if self.lanes[webhook].ready.len() > READY_BOUND {
            self.wrong("a lane has too much in memory");
        }
    }

    fn begins(&mut self, webhook: usize, ready: &Ready) {
        let number = ready.id.seq() as usize;
        let kept = self.store.kept[number];
        let probing = self.lanes[webhook].is_held(self.now());
        if kept.status != Status::Pending || kept.due.is_some() {
            self.wrong(&format!("delivery {number} is tried, but {:?}", kept.status));
        }
        if kept.not_before > self.now() && !probing {
            self.wrong(&format!("delivery {number} is tried before its time"));
        }
        self.under_way[webhook] += 1;
        if self.under_way[webhook] > self.terms[webhook].in_flight_max {
            self.wrong("more attempts are under way than the limit allows");
        }
        let (report, millis, counts) = self.moods[webhook].answer(&mut self.draws);
        self.reports.insert(number, (report, counts));
        let run = self.run;
        self.at(self.now_ms + millis, Happening::Ends { webhook, number, run });
    }

    fn ends(&mut self, webhook: usize, number: usize) {
        let now = self.now();
        let Some((report, counts)) = self.reports.remove(&number) else {
            return self.wrong(&format!("delivery {number} ends twice"));
        };
        self.under_way[webhook] -= 1;
        let kept = self.store.kept[number];
        let at = Circumstances {
            attempts_made: kept.attempts + 1,
            since: kept.since,
            held: Duration::ZERO,
            now,
            draw: self.draws.share(),
        };
        let next = decide(&report, &self.policies[webhook], at);
        let hold = report.hold().filter(|hold| !hold.is_zero());
        let ended = Ended {
            delivered: report.outcome == Outcome::Delivered,
            counts,
            hold_until: hold.map(|hold| now.plus_millis(hold.as_millis() as u64)),
        };
        let change = self.lanes[webhook].ended(ended, now);
        self.store.record(number, next);
        self.lanes[webhook].recorded(DeliveryId::from_parts(number as u64, 0));
        if let Next::Retry { at } = next {
            self.lanes[webhook].stored(at);
        }
        if let Some(memory) = self.lanes[webhook].next_memory(now) {
            self.remembered[webhook] = memory;
            self.lanes[webhook].remembered(Some(memory));
        }
        if change == Change::Closed {
            self.store.expedite(webhook, now);
            self.lanes[webhook].stored(now);
        }
        self.pump(webhook);
    }

    fn kill(&mut self) {
        self.run += 1;
        self.reports.clear();
        let now = self.now();
        if !self.plan.forgets {
            self.store.begin_run(now);
        }
        for webhook in 0..self.plan.webhooks {
            self.under_way[webhook] = 0;
            let mut lane = LaneState::default();
            lane.restore(self.remembered[webhook]);
            if let Some(due) = self.store.next_due(webhook) {
                lane.stored(due);
            }
            self.lanes[webhook] = lane;
            self.pump(webhook);
        }
    }
}
