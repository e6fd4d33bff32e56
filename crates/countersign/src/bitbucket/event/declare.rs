//! The macros that declare what events are made of: `object!` (fields by name, all others kept in
//! `other`), `words!` (a word of a list, any other kept) and `events!` (the enum of a product).

/// Declares structs that are objects in JSON. A field is named as in Rust unless `= "name"` says
/// otherwise. Every struct gets the field `other`.
macro_rules! object {
    ($(
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* pub $field:ident: Option<$part:ty> $(= $text:literal)?,)*
        }
    )+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])* pub $field: Option<$part>,)*
            /// The fields that none of the above holds: unknown ones, and those that are null. A
            /// field above that is `Some` wins over one of its name here.
            pub other: serde_json::Map<alloc::string::String, serde_json::Value>,
        }

        impl $crate::bitbucket::event::Part for $name {
            fn read(
                value: serde_json::Value,
            ) -> Result<Self, $crate::bitbucket::event::Misread> {
                use $crate::bitbucket::event::{Expected, Misread};

                let serde_json::Value::Object(mut map) = value else {
                    return Err(Misread::here(Expected::Object));
                };
                Ok(Self {
                    $($field: $crate::bitbucket::event::take(
                        &mut map,
                        $crate::bitbucket::event::named!($field $($text)?),
                    )?,)*
                    other: map,
                })
            }

            fn write(&self) -> serde_json::Value {
                let mut map = self.other.clone();
                $($crate::bitbucket::event::put(
                    &mut map,
                    $crate::bitbucket::event::named!($field $($text)?),
                    self.$field.as_ref(),
                );)*
                serde_json::Value::Object(map)
            }
        }

        impl $crate::bitbucket::event::Object for $name {
            fn has(&self, field: &str) -> bool {
                $(if field == $crate::bitbucket::event::named!($field $($text)?)
                    && self.$field.is_some() { return true; })*
                self.other.get(field).is_some_and(|value| !value.is_null())
            }
        }

        $crate::bitbucket::event::serialize!($name);
    )+};
}

/// The name of a field in JSON.
macro_rules! named {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $text:literal) => {
        $text
    };
}

/// Serializes a part as what it was read from.
macro_rules! serialize {
    ($name:ident) => {
        impl serde_core::Serialize for $name {
            fn serialize<S: serde_core::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::bitbucket::event::Part::write(self).serialize(serializer)
            }
        }
    };
}

/// Declares enums that are words in JSON, compared with case. Any other word is kept.
macro_rules! words {
    ($(
        $(#[$about:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $word:ident = $text:literal,)+ }
    )+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $word,)+
            /// Any other word, as it was written.
            Other(alloc::string::String),
        }

        impl $name {
            /// The word as Bitbucket writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<alloc::string::String> for $name {
            fn from(text: alloc::string::String) -> Self {
                match text.as_str() {
                    $($text => Self::$word,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::bitbucket::event::Part for $name {
            fn read(
                value: serde_json::Value,
            ) -> Result<Self, $crate::bitbucket::event::Misread> {
                alloc::string::String::read(value).map(Self::from)
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::from(self.as_str())
            }
        }

        $crate::bitbucket::event::serialize!($name);
    )+};
}

/// Declares a product's enum of events: a variant for each of its keys, named as in
/// `KnownEventKey`, and `Unknown`. Needs `Payload` where it is used.
macro_rules! events {
    (
        $(#[$about:meta])*
        pub enum Event { $($variant:ident($body:ident) $doc:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Event {
            $(#[doc = $doc] $variant($body),)+
            /// Any other key, with the whole body.
            Unknown($crate::bitbucket::event::UnknownEvent),
        }

        impl Event {
            fn read(
                key: &$crate::EventKey,
                map: serde_json::Map<alloc::string::String, serde_json::Value>,
            ) -> Result<Self, $crate::bitbucket::event::Misread> {
                use $crate::bitbucket::event::{Part as _, UnknownEvent};

                match key.known() {
                    $(Some($crate::KnownEventKey::$variant) => {
                        $body::read(serde_json::Value::Object(map)).map(Self::$variant)
                    })+
                    _ => Ok(Self::Unknown(UnknownEvent { key: key.clone(), body: map })),
                }
            }

            /// What happened.
            #[must_use]
            pub fn key(&self) -> $crate::EventKey {
                match self {
                    $(Self::$variant(_) => $crate::KnownEventKey::$variant.into(),)+
                    Self::Unknown(event) => event.key.clone(),
                }
            }

            fn payload(&self) -> &dyn Payload {
                match self {
                    $(Self::$variant(event) => event,)+
                    Self::Unknown(event) => event,
                }
            }
        }

        impl serde_core::Serialize for Event {
            fn serialize<S: serde_core::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                self.to_json().serialize(serializer)
            }
        }
    };
}

pub(crate) use {events, named, object, serialize, words};
