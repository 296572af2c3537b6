//! The numbers of this layer's diagnostics. Each has a page in `src/diag/codes/`.

/// A file or directory cannot be read.
pub const UNREADABLE: u16 = 200;
/// An argument that the block does not have.
pub const UNSUPPORTED_ARGUMENT: u16 = 203;
/// A block that is not expected here.
pub const UNSUPPORTED_BLOCK: u16 = 204;
/// An argument is missing.
pub const MISSING_ARGUMENT: u16 = 205;
/// Too few or too many labels.
pub const LABELS: u16 = 206;
/// Blocks where only arguments may stand.
pub const BLOCK_NOT_ALLOWED: u16 = 207;
/// A name that Terraform reserves.
pub const RESERVED: u16 = 208;
/// A block that may stand only at another place.
pub const MISPLACED: u16 = 209;
/// Declared twice.
pub const DUPLICATE: u16 = 210;
/// Not a valid name.
pub const INVALID_NAME: u16 = 211;
/// A nested block that may be there only once.
pub const DUPLICATE_NESTED: u16 = 212;
/// A reference or call where only constants are allowed.
pub const NOT_CONSTANT: u16 = 213;
/// A constant of the wrong type.
pub const UNSUITABLE: u16 = 214;
/// A type constraint that is not understood.
pub const TYPE_CONSTRAINT: u16 = 215;
/// A default that cannot be.
pub const INVALID_DEFAULT: u16 = 216;
/// A condition that refers to nothing, or to itself.
pub const CONDITION: u16 = 217;
/// A version constraint that is not understood.
pub const VERSION_CONSTRAINT: u16 = 218;
/// `required_version` excludes this version of the language.
pub const UNSUPPORTED_VERSION: u16 = 219;
/// `count` beside `for_each`.
pub const REPETITION: u16 = 220;
/// An expression of another form is required: a reference, a list, a map.
pub const STATIC_FORM: u16 = 221;
/// `ignore_changes` is not understood.
pub const IGNORE_CHANGES: u16 = 222;
/// `replace_triggered_by` is not understood.
pub const REPLACE_TRIGGERED_BY: u16 = 223;
/// A provisioner is not understood.
pub const PROVISIONER: u16 = 224;
/// A provider reference is not understood.
pub const PROVIDER_REFERENCE: u16 = 225;
/// A provider alias is not a name.
pub const PROVIDER_ALIAS: u16 = 226;
/// `required_providers` is not understood.
pub const REQUIRED_PROVIDERS: u16 = 227;
/// A reference or keyword in quotes.
pub const QUOTED: u16 = 228;
/// A `backend` or `cloud` block, whose place the ledger takes.
pub const BACKEND: u16 = 229;
/// A `moved` block is not understood.
pub const MOVED: u16 = 230;
/// An `import` block is not understood.
pub const IMPORT: u16 = 231;
/// A `removed` block is not understood.
pub const REMOVED: u16 = 232;
/// A `check` block is not understood.
pub const CHECK: u16 = 233;
/// An address in `moved`, `import`, `removed` or `drop` is not understood.
pub const ADDRESS: u16 = 234;
/// A module source is not understood.
pub const MODULE_SOURCE: u16 = 235;
/// A module has not been installed.
pub const MODULE_NOT_INSTALLED: u16 = 236;
/// A module's directory cannot be read.
pub const MODULE_UNREADABLE: u16 = 237;
/// A module calls itself.
pub const MODULE_RECURSION: u16 = 238;
/// An override file overrides nothing.
pub const OVERRIDE: u16 = 239;
/// A local source that leads out of the package of its module.
pub const MODULE_ESCAPES: u16 = 240;
/// The lock file of modules is not understood.
pub const LOCK_FILE: u16 = 241;
/// A module with provider blocks that is called with `count`, `for_each` or `depends_on`.
pub const MODULE_PROVIDERS: u16 = 246;
/// A provider configuration that nobody declares.
pub const UNDECLARED_PROVIDER: u16 = 247;
/// Two phases of one name, or two that begin or follow at one place.
pub const PHASE_DUPLICATE: u16 = 260;
/// `after` or `extends` names no phase.
pub const PHASE_UNKNOWN: u16 = 261;
/// Phases that follow or extend one another in a circle.
pub const PHASE_CYCLE: u16 = 262;
/// More than one phase at one place of the ladder.
pub const PHASE_FORK: u16 = 263;
/// `drop` names nothing that is taken over.
pub const PHASE_DROP: u16 = 264;
/// A block that may not stand in a phase.
pub const PHASE_BLOCK: u16 = 265;
/// A phase sets a variable that nobody declares.
pub const PHASE_VARIABLE: u16 = 266;
/// The phase asked for is not on the ladder.
pub const PHASE_NOT_FOUND: u16 = 267;
/// A `migration` block is not understood.
pub const MIGRATION: u16 = 270;
/// Not a stage of a migration.
pub const STAGE: u16 = 271;
/// A `ledger` block is not understood.
pub const LEDGER: u16 = 273;

/// A keyword of a test file is another one.
pub const KEYWORD: u16 = 1101;
/// Options of a run exclude each other.
pub const PLAN_OPTIONS: u16 = 1102;
/// An override is of nothing that it can be of.
pub const OVERRIDE_TARGET: u16 = 1103;
/// The folder of a provider's mocks cannot be read.
pub const MOCK_SOURCE: u16 = 1104;
