//! The macro that makes a section of the configuration from one list of keys: what a source may set
//! ([`RawConfig`](super::RawConfig)), what the server uses ([`Config`](super::Config)), and what
//! the example file and the environment call each key. So nothing about a key is written twice.
//!
//! `confique` does the same with a derive. But it reads only the environment of the process, which
//! a test cannot set without unsafe code, reports wrong values in serde's words (`expected usize`),
//! and knows neither ranges nor unknown variables; what was left saved nothing.

use super::form::Form;

/// What is known of a key without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its section.
    pub section: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What it is for, line by line.
    pub(super) about: &'static [&'static str],
    /// A short name of its variable, besides the regular one.
    pub(super) short: Option<&'static str>,
    /// An example, where the default depends on the machine.
    pub(super) like: Option<&'static str>,
    /// Whether a running server cannot change it.
    pub(super) is_fixed: bool,
    /// Whether its value is shown to nobody.
    pub(super) is_secret: bool,
}

impl Key {
    pub(super) const fn new(
        section: &'static str,
        name: &'static str,
        about: &'static [&'static str],
    ) -> Self {
        Self {
            section,
            name,
            about,
            short: None,
            like: None,
            is_fixed: false,
            is_secret: false,
        }
    }

    pub(super) const fn short(mut self, variable: &'static str) -> Self {
        self.short = Some(variable);
        self
    }

    pub(super) const fn like(mut self, example: &'static str) -> Self {
        self.like = Some(example);
        self
    }

    pub(super) const fn fixed(mut self) -> Self {
        self.is_fixed = true;
        self
    }

    pub(super) const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Its regular variable: `CHINWAG_LIMITS_PEOPLE`.
    pub fn variable(&self) -> String {
        format!("CHINWAG_{}_{}", self.section, self.name).to_uppercase()
    }
}

impl std::fmt::Display for Key {
    /// With its section: `limits.people`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.section, self.name)
    }
}

/// Tells the compiler which type of value a form has.
pub(super) const fn form_of<T, F: Form<Value = T>>(form: F) -> F {
    form
}

/// One section. Each line has a key's description, its name, its field, the field's type, the form
/// of the value, the default on a machine, and what else [`Key`] knows.
macro_rules! section {
    (
        $(#[doc = $title:literal])*
        $name:literal: $Section:ident, $Raw:ident {
            $(
                $(#[doc = $about:literal])*
                $key:literal => $field:ident: $T:ty = $form:expr, $default:expr
                    $(, $mark:ident($($value:literal)?))*;
            )*
        }
    ) => {
        $(#[doc = $title])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $Section {
            $( $(#[doc = $about])* pub $field: $T, )*
        }

        #[doc = concat!("What one source says of `[", $name, "]`.")]
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $Raw {
            $( $(#[doc = $about])* pub $field: Option<$T>, )*
        }

        impl $Raw {
            pub(super) const KEYS: &'static [Key] = &[
                $( Key::new($name, $key, &[$($about),*])$(.$mark($($value)?))* ),*
            ];

            /// Sets a key of [`KEYS`](Self::KEYS).
            ///
            /// # Errors
            /// If the value does not have the form of the key.
            pub(super) fn set(&mut self, key: &str, given: &Given) -> Result<(), Wanted> {
                match key {
                    $( $key => {
                        let form = form_of::<$T, _>($form);
                        let read = form.read(given);
                        self.$field = Some(read.ok_or_else(|| Wanted(form.wanted()))?);
                    } )*
                    other => unreachable!("{other} is not in KEYS"),
                }
                Ok(())
            }

            /// This source's values, and where it has none those of the source below.
            pub(super) fn over(self, below: Self) -> Self {
                Self { $( $field: self.$field.or(below.$field), )* }
            }

            pub(super) fn resolve(self, machine: &Machine) -> $Section {
                $Section {
                    $( $field: self.$field.unwrap_or_else(|| {
                        let default: fn(&Machine) -> $T = $default;
                        default(machine)
                    }), )*
                }
            }
        }

        impl $Section {
            /// Each value as a file would have it, in the order of the keys.
            pub(super) fn shown(&self) -> Vec<String> {
                vec![ $( form_of::<$T, _>($form).show(&self.$field) ),* ]
            }

            /// The keys whose values differ from `other`.
            pub(super) fn changed(&self, other: &Self) -> Vec<&'static Key> {
                let same = [ $( self.$field == other.$field ),* ];
                let keys = $Raw::KEYS.iter().zip(same);
                keys.filter(|(_, same)| !same).map(|(key, _)| key).collect()
            }
        }
    };
}

/// All sections together.
macro_rules! sections {
    ($( $(#[doc = $about:literal])* $name:ident: $Section:ident, $Raw:ident; )*) => {
        /// A resolved configuration: every key has a value, and every value was checked.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Config {
            $( $(#[doc = $about])* pub $name: $Section, )*
        }

        /// What one source sets, or several layered.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct RawConfig {
            $( $(#[doc = $about])* pub $name: $Raw, )*
        }

        /// The sections, in the order of the example, with their keys.
        pub(super) const SECTIONS: &[(&str, &[Key])] = &[
            $( (stringify!($name), $Raw::KEYS) ),*
        ];

        impl RawConfig {
            /// Sets a known key.
            ///
            /// # Errors
            /// If the value does not have the form of the key.
            pub(super) fn set(&mut self, key: &Key, given: &Given) -> Result<(), Wanted> {
                match key.section {
                    $( stringify!($name) => self.$name.set(key.name, given), )*
                    other => unreachable!("{other} is not in SECTIONS"),
                }
            }

            /// This source's values, and where it has none those of the source below.
            #[must_use]
            pub fn over(self, below: Self) -> Self {
                Self { $( $name: self.$name.over(below.$name), )* }
            }

            pub(super) fn resolve(self, machine: &Machine) -> Config {
                Config { $( $name: self.$name.resolve(machine), )* }
            }
        }

        impl Config {
            /// Each value as a file would have it, in the order of the keys.
            pub(super) fn shown(&self) -> Vec<String> {
                [ $( self.$name.shown() ),* ].concat()
            }

            /// The keys whose values differ from `other`.
            pub fn changed(&self, other: &Self) -> Vec<&'static Key> {
                [ $( self.$name.changed(&other.$name) ),* ].concat()
            }
        }
    };
}

pub(super) use {section, sections};
