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
}
