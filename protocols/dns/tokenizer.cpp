// The words of a master file: quotes, escapes, comments, parentheses (RFC 1035 §5.1).
#include "protocols/dns/master_file.hpp"

namespace postroad::dns {

char Tokenizer::take() {
    const char c = text_[at_++];
    if (c == '\n') {
        ++place_.line;
        place_.column = 1;
    } else {
        ++place_.column;
    }
    return c;
}

void Tokenizer::report(Place at, std::string what, std::string hint) {
    problems_.push_back({Severity::error, files_[at.file], at.line, at.column, std::move(what),
                         "RFC 1035 §5.1", std::move(hint)});
}

Token Tokenizer::take_word() {
    Token token{{}, place_, false};
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '(' || c == ')' ||
            c == '"')
            break;
        if (c == '\0') report(place_, "a NUL octet in the zone file", "write it as \\000");
        token.text += take();
        if (c == '\\' && at_ < text_.size() && text_[at_] != '\n') token.text += take();
    }
    return token;
}

Token Tokenizer::take_quoted() {
    Token token{{}, place_, true};
    token.text += take();
    while (at_ < text_.size() && text_[at_] != '\n') {
        const char c = text_[at_];
        if (c == '\0') report(place_, "a NUL octet in the zone file", "write it as \\000");
        token.text += take();
        if (c == '\\' && at_ < text_.size() && text_[at_] != '\n') token.text += take();
        else if (c == '"') return token;
    }
    report(token.at, "this quoted string is not closed on its line", "end it with \"");
    token.text += '"';
    return token;
}

bool Tokenizer::next_line(std::vector<Token>& out, bool& blank_start) {
    out.clear();
    bool in_parentheses = false;
    Place opened;
    bool at_line_start = true;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (at_line_start && out.empty() && !in_parentheses)
            blank_start = c == ' ' || c == '\t' || c == '(';
        at_line_start = false;
        if (c == '\n') {
            take();
            if (!in_parentheses && !out.empty()) return true;
            at_line_start = true;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            take();
        } else if (c == ';') {
            while (at_ < text_.size() && text_[at_] != '\n') take();
        } else if (c == '(') {
            if (in_parentheses) report(place_, "parentheses do not nest", "remove this one");
            else opened = place_;
            in_parentheses = true;
            take();
        } else if (c == ')') {
            if (!in_parentheses)
                report(place_, "this ) closes no parenthesis", "remove it, or open one with (");
            in_parentheses = false;
            take();
        } else if (c == '"') {
            out.push_back(take_quoted());
        } else {
            out.push_back(take_word());
        }
    }
    if (in_parentheses)
        report(opened, "this ( is never closed", "put a ) behind the record's last field");
    return !out.empty();
}

}  // namespace postroad::dns
