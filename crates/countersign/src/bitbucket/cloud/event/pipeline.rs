//! `pipeline:span_created`: spans of a pipeline's trace, in the JSON of the OpenTelemetry protocol
//! (OTLP 1.x). The body names neither actor nor repository; attributes of the spans do.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{object, payload};

object! {
    /// `pipeline:span_created`.
    pub struct PipelineSpans {
        /// Spans by what they are about.
        pub resource_spans: Option<Vec<ResourceSpans>> = "resourceSpans",
    }

    /// The spans about one thing.
    pub struct ResourceSpans {
        /// What they are about.
        pub resource: Option<Box<Resource>>,
        /// Spans by what made them.
        pub scope_spans: Option<Vec<ScopeSpans>> = "scopeSpans",
    }

    /// What spans are about.
    pub struct Resource {
        /// `service.name` and the like.
        pub attributes: Option<Vec<Attribute>>,
    }

    /// The spans that one thing made.
    pub struct ScopeSpans {
        /// The spans.
        pub spans: Option<Vec<Span>>,
    }

    /// A span: a run, a step, a command or a container of a pipeline.
    pub struct Span {
        /// The run that it belongs to, 32 hexadecimal digits.
        pub trace_id: Option<String> = "traceId",
        /// 16 hexadecimal digits.
        pub span_id: Option<String> = "spanId",
        /// The span that it is a part of. Absent or empty for a run.
        pub parent_span_id: Option<String> = "parentSpanId",
        /// `bbc.pipeline_run`, `bbc.step`, `bbc.command`, ...
        pub name: Option<String>,
        /// When it began, in nanoseconds since 1970: a text or a number.
        pub start_time: Option<Value> = "startTimeUnixNano",
        /// When it ended, in nanoseconds since 1970: a text or a number.
        pub end_time: Option<Value> = "endTimeUnixNano",
        /// `pipeline.uuid`, `pipeline.target.ref_name`, `step.duration_in_seconds`, ...
        pub attributes: Option<Vec<Attribute>>,
    }

    /// A name and a value.
    pub struct Attribute {
        /// The name.
        pub key: Option<String>,
        /// An object with one field: `stringValue`, `intValue` (a text or a number), `boolValue`, ...
        pub value: Option<Value>,
    }
}

impl PipelineSpans {
    /// All spans.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        let scopes = self.resource_spans.iter().flatten().flat_map(|spans| &spans.scope_spans);
        scopes.flatten().flat_map(|scope| &scope.spans).flatten()
    }
}

impl Span {
    /// When it began, in nanoseconds since 1970.
    #[must_use]
    pub fn start_unix_ns(&self) -> Option<u64> {
        self.start_time.as_ref().and_then(unix_ns)
    }

    /// When it ended, in nanoseconds since 1970.
    #[must_use]
    pub fn end_unix_ns(&self) -> Option<u64> {
        self.end_time.as_ref().and_then(unix_ns)
    }

    /// The attribute `key`, where it is a text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        let named = |attribute: &&Attribute| attribute.key.as_deref() == Some(key);
        let attribute = self.attributes.iter().flatten().find(named)?;
        attribute.value.as_ref()?.get("stringValue")?.as_str()
    }
}

fn unix_ns(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

payload!(PipelineSpans:);
