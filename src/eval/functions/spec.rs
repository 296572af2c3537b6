//! What a function is: its parameters, its result, and how it is called.

use crate::eval::Outside;
use crate::value::{Kind, Marks, Type, Value, conforms, convert};

/// A built-in function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The parameters that every call gives.
    pub params: &'static [Param],
    /// The parameter for all further arguments, if there may be any.
    pub rest: Option<Param>,
    /// The type of the result.
    pub returns: Returns,
    /// Whether the result is certain not to be null.
    pub not_null: bool,
    /// The function itself.
    pub run: fn(&Context<'_>) -> Result<Value, CallError>,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, as messages call it.
    pub name: &'static str,
    /// The type to which arguments are converted.
    pub want: Want,
    takes: u8,
}

const NULL: u8 = 1;
const UNKNOWN: u8 = 2;
const OPEN: u8 = 4;
const MARKED: u8 = 8;

impl Param {
    /// A parameter of type `want` that takes neither null nor unknown values, and sees no marks.
    #[must_use]
    pub const fn new(name: &'static str, want: Want) -> Self {
        Self { name, want, takes: 0 }
    }

    /// It takes null.
    #[must_use]
    pub const fn nulls(mut self) -> Self {
        self.takes |= NULL;
        self
    }

    /// The function sees unknown values; otherwise its result is unknown.
    #[must_use]
    pub const fn unknowns(mut self) -> Self {
        self.takes |= UNKNOWN;
        self
    }

    /// The function sees values of unknown type; otherwise its result is of unknown type.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.takes |= OPEN;
        self
    }

    /// The function sees marks; otherwise they are taken off, and all put on the result.
    #[must_use]
    pub const fn marked(mut self) -> Self {
        self.takes |= MARKED;
        self
    }

    const fn takes(&self, what: u8) -> bool {
        self.takes & what != 0
    }
}

/// The type of a parameter or a result, for tables.
#[derive(Clone, Copy, Debug)]
pub enum Want {
    /// Any.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(&'static Self),
    /// `set(T)`
    Set(&'static Self),
    /// `map(T)`
    Map(&'static Self),
}

impl Want {
    /// The type.
    #[must_use]
    pub fn ty(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List(element) => Type::list(element.ty()),
            Self::Set(element) => Type::set(element.ty()),
            Self::Map(element) => Type::map(element.ty()),
        }
    }
}

/// The type of a result.
#[derive(Clone, Copy, Debug)]
pub enum Returns {
    /// Always the same.
    Always(Want),
    /// Decided by the arguments, of which some may be unknown; marks are off unless the parameter takes them.
    By(fn(&[Value]) -> Result<Type, CallError>),
}

/// What a function works with.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a secret must not be printed by accident")]
pub struct Context<'a> {
    /// The arguments, converted to the types of their parameters.
    pub args: &'a [Value],
    /// The type that the result has.
    pub ty: &'a Type,
    /// Files, clock, randomness.
    pub outside: &'a Outside,
    /// Names and functions, for templates.
    pub scope: &'a dyn crate::eval::Scope,
}

/// Why a call with null fails, where the parameter does not take it.
pub const MUST_NOT_BE_NULL: &str = "argument must not be null";

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Which argument is to blame, if one is.
    pub argument: Option<usize>,
    /// Why, without a full stop.
    pub message: String,
}

impl CallError {
    /// No single argument is to blame.
    pub fn new(message: impl Into<String>) -> Self {
        Self { argument: None, message: message.into() }
    }

    /// The argument at `index` is to blame.
    pub fn arg(index: usize, message: impl Into<String>) -> Self {
        Self { argument: Some(index), message: message.into() }
    }
}

impl Function {
    /// A function with a result of type `returns` that is never null.
    #[must_use]
    pub const fn new(
        name: &'static str,
        params: &'static [Param],
        returns: Returns,
        run: fn(&Context<'_>) -> Result<Value, CallError>,
    ) -> Self {
        Self { name, params, rest: None, returns, not_null: true, run }
    }

    /// The function takes further arguments.
    #[must_use]
    pub const fn rest(mut self, param: Param) -> Self {
        self.rest = Some(param);
        self
    }

    /// The result may be null.
    #[must_use]
    pub const fn maybe_null(mut self) -> Self {
        self.not_null = false;
        self
    }

    /// The parameter that the argument at `index` belongs to.
    #[must_use]
    pub fn param(&self, index: usize) -> Option<&Param> {
        self.params.get(index).or(self.rest.as_ref())
    }

    /// Calls the function with arguments that are converted already.
    ///
    /// # Errors
    /// Why the call failed.
    pub fn call(&self, args: &[Value], scope: &dyn crate::eval::Scope) -> Result<Value, CallError> {
        let (bare, marks, answer) = self.prepare(args)?;
        let value = match answer {
            Answer::Unknown(ty) => Value::unknown(ty),
            Answer::Run(ty) => {
                let context = Context { args: &bare, ty: &ty, outside: scope.outside(), scope };
                (self.run)(&context)?
            }
        };
        let value = value.with_marks(marks);
        Ok(if self.not_null { value.refine_not_null() } else { value })
    }

    /// Takes marks off where the function does not see them, and finds out whether it can be run at all.
    fn prepare(&self, args: &[Value]) -> Result<(Vec<Value>, Marks, Answer), CallError> {
        let mut bare = Vec::with_capacity(args.len());
        for (index, arg) in args.iter().enumerate() {
            let param = self.param(index).ok_or_else(|| CallError::new("too many arguments"))?;
            let value = if param.takes(MARKED) { arg.clone() } else { arg.clone().unmark_deep().0 };
            if value.is_null() && !param.takes(NULL) {
                return Err(CallError::arg(index, MUST_NOT_BE_NULL));
            }
            let ty_open = match value.kind() {
                Kind::Unknown(unknown) => unknown.ty == Type::Dynamic,
                Kind::Null(ty) => *ty == Type::Dynamic,
                _ => false,
            };
            if ty_open {
                if !param.takes(OPEN) {
                    return Ok((bare, self.marks(args, Run::No), Answer::Unknown(Type::Dynamic)));
                }
            } else if !matches!(param.want, Want::Any) && !conforms(&value.ty(), &param.want.ty()) {
                let error = convert(&value, &param.want.ty())
                    .err()
                    .map_or_else(|| format!("{} required", param.want.ty()), |error| error.message);
                return Err(CallError::arg(index, error));
            }
            bare.push(value);
        }
        let ty = match self.returns {
            Returns::Always(want) => want.ty(),
            Returns::By(decide) => decide(&bare)?,
        };
        for (index, value) in bare.iter().enumerate() {
            let sees = self.param(index).is_some_and(|param| param.takes(UNKNOWN));
            if !value.is_known() && !sees {
                return Ok((bare, self.marks(args, Run::No), Answer::Unknown(ty)));
            }
        }
        Ok((bare, self.marks(args, Run::Yes), Answer::Run(ty)))
    }

    /// Marks that go to the result: all that the function does not see; of what it sees, those of the arguments
    /// themselves where it is not run at all.
    fn marks(&self, args: &[Value], run: Run) -> Marks {
        args.iter().enumerate().fold(Marks::NONE, |marks, (index, arg)| {
            let sees = self.param(index).is_some_and(|param| param.takes(MARKED));
            marks.union(match (sees, run) {
                (false, _) => arg.deep_marks(),
                (true, Run::No) => arg.marks(),
                (true, Run::Yes) => Marks::NONE,
            })
        })
    }
}

#[derive(Clone, Copy)]
enum Run {
    Yes,
    No,
}

enum Answer {
    /// The result cannot be known yet.
    Unknown(Type),
    /// The function is to be run for a result of this type.
    Run(Type),
}
