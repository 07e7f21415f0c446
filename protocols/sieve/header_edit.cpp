// Fields that nobody touched stay the octets they were.
#include "protocols/sieve/header_edit.hpp"

#include "protocols/message/compose.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::sieve {

Header::Header(std::string_view header) {
    for (const message::Field& field : message::Fields(header)) fields_.push_back(field);
}

std::vector<message::Field> Header::find(std::string_view name) const {
    std::vector<message::Field> out;
    for (const message::Field& field : fields_)
        if (field.is(name)) out.push_back(field);
    return out;
}

void Header::add(std::string_view name, std::string_view value, bool last) {
    std::string& text = added_.emplace_back();
    message::put_text_field(text, name, message::trim(value));
    message::Field field;
    message::read_field(text, false, field);
    fields_.insert(last ? fields_.end() : fields_.begin(), field);
}

std::string Header::text() const {
    std::string out;
    for (const message::Field& field : fields_) out += field.raw;
    return out;
}

std::string unfolded(const message::Field& field) {
    std::string out;
    message::unfold(field.value, out);
    return out;
}

std::string readable(const message::Field& field) { return message::decode_words(unfolded(field)); }

}  // namespace postroad::sieve
