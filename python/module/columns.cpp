// Codes are narrowed to what pandas would have chosen, so that it need not copy them.
#include "python/module/columns.hpp"

namespace postroad::python {

py::str to_str(std::string_view octets) {
    PyObject* const text = PyUnicode_DecodeUTF8(
        octets.data(), static_cast<Py_ssize_t>(octets.size()), "surrogateescape");
    if (text == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::str>(text);
}

template <class T>
void Codes::narrow(std::unique_ptr<Numbers<T>>& to, const std::vector<std::int32_t>& meaning) {
    to = std::make_unique<Numbers<T>>(codes_.size());
    for (std::size_t row = 0; row < codes_.size(); ++row) {
        const std::int32_t code = codes_[row];
        to->put(code < 0 ? T{-1} : static_cast<T>(meaning[static_cast<std::size_t>(code)]));
    }
}

void Codes::prepare() {
    if (words_at_the_end) words = words_at_the_end();
    std::vector<std::int32_t> meaning;
    meaning.reserve(words.size());
    std::size_t count = 0;
    {
        Dictionary known;
        for (const std::string& word : words) meaning.push_back(known.number_of(word));
        count = known.words().size();
    }
    names_.reserve(count);
    for (std::size_t at = 0; at < words.size(); ++at)
        if (static_cast<std::size_t>(meaning[at]) == names_.size())
            names_.push_back(std::move(words[at]));
    // pandas' own limits: the widest of an integer type is not used for the number of words.
    if (count < 128) {
        narrow(narrow_, meaning);
    } else if (count < 32768) {
        narrow(wide_, meaning);
    } else if (count != words.size()) {
        for (std::size_t row = 0; row < codes_.size(); ++row)
            if (codes_[row] >= 0) codes_[row] = meaning[static_cast<std::size_t>(codes_[row])];
    }
}

py::tuple Codes::to_numpy() {
    py::list names(names_.size());
    for (std::size_t at = 0; at < names_.size(); ++at) names[at] = to_str(names_[at]);
    if (narrow_) return py::make_tuple(narrow_->to_numpy(), names);
    if (wide_) return py::make_tuple(wide_->to_numpy(), names);
    return py::make_tuple(codes_.to_numpy(), names);
}

}  // namespace postroad::python
