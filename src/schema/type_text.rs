//! Type constraints as the schema files write them: `set(object({cidr_block=string}))`, or cty's JSON form.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde_json::Value as Json;

use crate::value::Type;

/// The type that `text` writes, or what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Type, String> {
    let mut reader = Reader { text, at: 0 };
    let ty = reader.ty()?;
    if reader.at == text.len() {
        Ok(ty)
    } else {
        Err(format!("unexpected text after the type at byte {} of \"{text}\"", reader.at))
    }
}

/// The type of cty's JSON form: `"string"` or `["list", "string"]`; plain text may be any constraint.
pub(super) fn from_json(json: &Json) -> Result<Type, String> {
    match json {
        Json::String(text) => parse(text),
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), element] if kind == "object" => object_from_json(element),
            [Json::String(kind), Json::Array(elements)] if kind == "tuple" => {
                Ok(Type::tuple(elements.iter().map(from_json).collect::<Result<Vec<_>, _>>()?))
            }
            [Json::String(kind), element] => collection(kind, from_json(element)?),
            _ => Err(format!("\"{json}\" is not a type")),
        },
        _ => Err(format!("\"{json}\" is not a type")),
    }
}

fn object_from_json(json: &Json) -> Result<Type, String> {
    let Json::Object(attributes) = json else {
        return Err(format!("\"{json}\" does not name the attributes of an object type"));
    };
    let attributes = attributes
        .iter()
        .map(|(name, ty)| Ok((EcoString::from(name.as_str()), from_json(ty)?)))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Type::object(attributes))
}

fn collection(kind: &str, element: Type) -> Result<Type, String> {
    match kind {
        "list" => Ok(Type::list(element)),
        "set" => Ok(Type::set(element)),
        "map" => Ok(Type::map(element)),
        _ => Err(format!("\"{kind}\" is not a kind of collection")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn word(&mut self) -> EcoString {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .unwrap_or(rest.len());
        let word = EcoString::from(&rest[..end]);
        self.at += end;
        word
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) {
            Ok(())
        } else {
            Err(format!("expected \"{token}\" at byte {} of \"{}\"", self.at, self.text))
        }
    }

    fn ty(&mut self) -> Result<Type, String> {
        let word = self.word();
        match word.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" | "any" => Ok(Type::Dynamic),
            "object" => self.object(),
            kind => {
                self.expect("(")?;
                let element = self.ty()?;
                self.expect(")")?;
                collection(kind, element)
            }
        }
    }

    fn object(&mut self) -> Result<Type, String> {
        self.expect("({")?;
        let mut attributes = BTreeMap::new();
        while !self.take("})") {
            if !attributes.is_empty() {
                self.expect(",")?;
                self.take(" ");
            }
            let name = self.word();
            self.expect("=")?;
            attributes.insert(name, self.ty()?);
        }
        Ok(Type::object(attributes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_become_types() {
        let check = |text: &str, expect: Type| assert_eq!(parse(text), Ok(expect), "{text}");
        check("string", Type::String);
        check("map(number)", Type::map(Type::Number));
        check("set(object({a=bool, b=list(any)}))", {
            let b = Type::list(Type::Dynamic);
            Type::set(Type::object([("a", Type::Bool), ("b", b)]))
        });
        check("object({})", Type::object::<EcoString>([]));
        for wrong in ["", "strin", "list(string", "list(string))", "object({a:string})"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn json_forms_become_types() {
        let json: Json = serde_json::json!(["map", ["object", {"a": "string"}]]);
        assert_eq!(from_json(&json), Ok(Type::map(Type::object([("a", Type::String)]))));
    }
}
