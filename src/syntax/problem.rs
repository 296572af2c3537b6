//! The kinds of syntax error: code and title of each, declared once. Titles are Terraform's, so that what people find
//! written about them applies.

/// A kind of syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// Its number.
    pub(super) code: u16,
    /// Its title.
    pub(super) title: &'static str,
}

macro_rules! problems {
    ($($name:ident = $code:literal $title:literal;)*) => {
        $(pub(super) const $name: Problem = Problem { code: $code, title: $title };)*

        /// Every kind.
        #[cfg(test)]
        pub(super) const ALL: &[Problem] = &[$($name),*];
    };
}

problems! {
    INVALID_CHARACTER = 101 "Invalid character";
    INVALID_ENCODING = 102 "Invalid character encoding";
    FILE_TOO_LARGE = 103 "File too large";
    NESTING_TOO_DEEP = 104 "Nesting too deep";
    UNSUPPORTED_OPERATOR = 105 "Unsupported operator";
    MULTI_LINE_STRING = 106 "Invalid multi-line string";

    BODY_ITEM_REQUIRED = 110 "Argument or block definition required";
    ARGUMENT_NAME = 111 "Invalid argument name";
    ARGUMENT_REQUIRED = 112 "Argument definition required";
    ATTRIBUTE_REDEFINED = 113 "Attribute redefined";
    NEWLINE_AFTER_ARGUMENT = 114 "Missing newline after argument";
    COMMA_AFTER_ARGUMENT = 115 "Unexpected comma after argument";
    BLOCK_DEFINITION = 116 "Invalid block definition";
    SINGLE_ARGUMENT_BLOCK = 117 "Invalid single-argument block definition";
    NEWLINE_AFTER_BLOCK = 118 "Missing newline after block definition";
    UNCLOSED_BLOCK = 119 "Unclosed configuration block";

    INVALID_EXPRESSION = 120 "Invalid expression";
    MISSING_EXPRESSION = 121 "Missing expression";
    EXTRA_CHARACTERS = 122 "Extra characters after expression";
    UNBALANCED_PARENTHESES = 123 "Unbalanced parentheses";
    MISSING_FALSE = 124 "Missing false expression in conditional";
    NUMBER_LITERAL = 125 "Invalid number literal";

    ATTRIBUTE_NAME = 130 "Invalid attribute name";
    NESTED_SPLAT = 131 "Nested splat expression not allowed";
    INDEX_BRACKET = 132 "Missing close bracket on index";
    SPLAT_BRACKET = 133 "Missing close bracket on splat index";
    LEGACY_INDEX = 134 "Invalid legacy index syntax";

    FUNCTION_NAME = 140 "Missing function name";
    OPEN_PARENTHESIS = 141 "Missing open parenthesis";
    CLOSING_PARENTHESIS = 142 "Missing closing parenthesis";
    ARGUMENT_SEPARATOR = 143 "Missing argument separator";
    UNTERMINATED_CALL = 144 "Unterminated function call";

    ITEM_SEPARATOR = 150 "Missing item separator";
    UNTERMINATED_TUPLE = 151 "Unterminated tuple constructor expression";
    ATTRIBUTE_VALUE = 152 "Missing attribute value";
    KEY_VALUE_SEPARATOR = 153 "Missing key/value separator";
    ATTRIBUTE_SEPARATOR = 154 "Missing attribute separator";
    UNTERMINATED_OBJECT = 155 "Unterminated object constructor expression";
    FOR_EXPRESSION = 156 "Invalid 'for' expression";

    UNTERMINATED_TEMPLATE = 160 "Unterminated template string";
    ESCAPE_SEQUENCE = 161 "Invalid escape sequence";
    STRING_LITERAL = 162 "Invalid string literal";
    UNTERMINATED_STRING = 163 "Unterminated string literal";
    UNCLOSED_INTERPOLATION = 164 "Unclosed template interpolation sequence";
    AFTER_INTERPOLATION = 165 "Extra characters after interpolation expression";
    TEMPLATE_DIRECTIVE = 166 "Invalid template directive";
    TEMPLATE_KEYWORD = 167 "Invalid template control keyword";
    FOR_DIRECTIVE = 168 "Invalid 'for' directive";
    AFTER_IF = 169 "Extra characters in if marker";
    AFTER_ELSE = 169 "Extra characters in else marker";
    AFTER_ENDIF = 169 "Extra characters in endif marker";
    AFTER_FOR = 169 "Extra characters in for marker";
    AFTER_ENDFOR = 169 "Extra characters in endfor marker";
    UNEXPECTED_ELSE = 170 "Unexpected else directive";
    UNEXPECTED_ENDIF = 170 "Unexpected endif directive";
    UNEXPECTED_ENDFOR = 170 "Unexpected endfor directive";
    UNEXPECTED_END = 171 "Unexpected end of template";

    JSON_ROOT = 180 "Root value must be object";
    JSON_TYPE = 181 "Incorrect JSON value type";
    JSON_LABEL = 182 "Missing block label";
    JSON_DUPLICATE = 183 "Duplicate argument";
    JSON_START = 184 "Invalid start of value";
    JSON_END = 185 "Missing value";
    JSON_MISSING_VALUE = 185 "Missing JSON value";
    JSON_MISSING_ELEMENT = 185 "Missing array element value";
    JSON_UNCLOSED = 186 "Unclosed object";
    JSON_MISMATCHED_BRACES = 187 "Mismatched braces";
    JSON_MISMATCHED_BRACKETS = 187 "Mismatched brackets";
    JSON_TRAILING_IN_OBJECT = 188 "Trailing comma in object";
    JSON_TRAILING_IN_ARRAY = 188 "Trailing comma in array";
    JSON_COMMA = 189 "Missing attribute seperator comma";
    JSON_COLON = 190 "Missing property value colon";
    JSON_PROPERTY_NAME = 191 "Invalid object property name";
    JSON_KEYWORD = 192 "Invalid JSON keyword";
    JSON_NUMBER = 193 "Invalid JSON number";
    JSON_STRING = 194 "Invalid JSON string";
    JSON_EXTRA = 195 "Extraneous data after value";
}
