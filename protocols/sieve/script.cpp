// Writing a script back. What the parser leaves out (comments, layout, the brackets around a list
// of one string) is not in the value, so it is not written.
#include "protocols/sieve/script.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {
namespace {

class Printer {
public:
    explicit Printer(const Script& script) : script_(script) {}

    std::string run() {
        block(script_.first_command, 0);
        return std::move(out_);
    }

private:
    void block(std::uint32_t first, std::size_t level) {
        for (std::uint32_t id = first; id != no_node; id = script_.nodes[id].next) {
            const Node& node = script_.nodes[id];
            const bool continues = node.word == Word::elsif || node.word == Word::else_;
            if (continues && out_.ends_with("}\n")) {
                out_.back() = ' ';
            } else {
                out_.append(level * 4, ' ');
            }
            head(node);
            if (!node.has_block) {
                out_ += ";\n";
                continue;
            }
            out_ += " {\n";
            block(node.first_command, level + 1);
            out_.append(level * 4, ' ');
            out_ += "}\n";
        }
    }

    void head(const Node& node) {
        const WordRow& row = row_of(node.word);
        out_ += row.name;
        for (std::uint32_t i = 0; i < node.argument_count; ++i)
            argument(script_.arguments[node.first_argument + i]);
        if (row.tests == Tests::none) return;
        out_ += row.tests == Tests::list ? " (" : " ";
        for (std::uint32_t id = node.first_test; id != no_node; id = script_.nodes[id].next) {
            if (id != node.first_test) out_ += ", ";
            head(script_.nodes[id]);
        }
        if (row.tests == Tests::list) out_ += ")";
    }

    void argument(const Argument& one) {
        if (one.tag != Tag::none) {
            out_ += ' ';
            out_ += tag_name(one.tag);
        }
        switch (one.kind) {
        case ArgumentKind::nothing: break;
        case ArgumentKind::number:
            out_ += ' ';
            number(one.number);
            break;
        case ArgumentKind::string:
        case ArgumentKind::strings: strings(one); break;
        }
    }

    void strings(const Argument& one) {
        out_ += one.count == 1 ? " " : " [";
        for (std::uint32_t i = 0; i < one.count; ++i) {
            if (i > 0) out_ += ", ";
            print_string(script_.text(one.first + i), out_);
        }
        if (one.count != 1) out_ += "]";
    }

    void number(std::uint64_t value) {
        static constexpr struct {
            char name;
            unsigned bits;
        } units[] = {{'G', 30}, {'M', 20}, {'K', 10}};
        for (const auto& unit : units) {
            if (value == 0 || (value & ((std::uint64_t{1} << unit.bits) - 1)) != 0) continue;
            append_number(out_, value >> unit.bits);
            out_ += unit.name;
            return;
        }
        append_number(out_, value);
    }

    const Script& script_;
    std::string out_;
};

void print_lines(std::string_view text, std::string& out) {
    out += "text:\n";
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        if (text.front() == '.') out += '.';
        out += text.substr(0, end);
        out += '\n';
        text.remove_prefix(end + 2);
    }
    out += ".\n";
}

}  // namespace

const Argument* Script::find(std::uint32_t node, Slot slot) const {
    const Node& one = nodes[node];
    for (std::uint32_t i = 0; i < one.argument_count; ++i)
        if (arguments[one.first_argument + i].slot == slot)
            return &arguments[one.first_argument + i];
    return nullptr;
}

std::string print(const Script& script) { return Printer(script).run(); }

void print_string(std::string_view text, std::string& out) {
    if (text.ends_with("\r\n")) return print_lines(text, out);
    out += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '"' || text[i] == '\\') out += '\\';
        out += text[i];
    }
    out += '"';
}

}  // namespace postroad::sieve
