//! All sources and webhooks at one moment, indexed for the way of an event.
//!
//! Immutable: a change makes a new one, and only after the store has committed the change.

use std::{collections::HashMap, sync::Arc};

use crate::{
    event::EventFacts,
    id::WebhookId,
    source::{Source, SourceName},
    webhook::Webhook,
};

/// Sources by name, webhooks by id and by scope.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    sources: HashMap<SourceName, Arc<Source>>,
    webhooks: HashMap<WebhookId, Arc<Webhook>>,
    by_scope: HashMap<String, Vec<Arc<Webhook>>>,
}

impl Catalogue {
    /// Indexes what a store holds.
    pub fn new(
        sources: impl IntoIterator<Item = Source>,
        webhooks: impl IntoIterator<Item = Webhook>,
    ) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for source in sources {
            catalogue.sources.insert(source.name.clone(), Arc::new(source));
        }
        for webhook in webhooks {
            catalogue.insert(Arc::new(webhook));
        }
        catalogue
    }

    fn insert(&mut self, webhook: Arc<Webhook>) {
        let scope = webhook.scope.folded();
        self.by_scope.entry(scope).or_default().push(webhook.clone());
        self.webhooks.insert(webhook.id, webhook);
    }

    /// A source by name.
    pub fn source(&self, name: &str) -> Option<&Arc<Source>> {
        let name: SourceName = name.parse().ok()?;
        self.sources.get(&name)
    }

    /// A webhook by id.
    pub fn webhook(&self, id: WebhookId) -> Option<&Arc<Webhook>> {
        self.webhooks.get(&id)
    }

    /// All sources, in no order.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.sources.values()
    }

    /// All webhooks, in no order.
    pub fn webhooks(&self) -> impl Iterator<Item = &Arc<Webhook>> {
        self.webhooks.values()
    }

    /// The webhooks that an event is to be delivered to. Looks only at the event's scope and those
    /// above it: at most nine look-ups, however many webhooks there are elsewhere.
    pub fn matching(&self, event: &EventFacts) -> Vec<Arc<Webhook>> {
        let scope = event.scope.folded();
        let ends = scope.match_indices('/').map(|(at, _)| at).chain([scope.len()]);
        let above = ends.map(|end| &scope[..end]).filter(|above| !above.is_empty());
        std::iter::once("")
            .chain(above)
            .filter_map(|scope| self.by_scope.get(scope))
            .flatten()
            .filter(|webhook| webhook.wants(event))
            .cloned()
            .collect()
    }
}
