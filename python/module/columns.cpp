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
py::array Codes::narrowed(const std::vector<std::int32_t>& meaning) {
    Numbers<T> out(codes_.size());
    for (std::size_t row = 0; row < codes_.size(); ++row) {
        const std::int32_t code = codes_[row];
        out.put(code < 0 ? T{-1} : static_cast<T>(meaning[static_cast<std::size_t>(code)]));
    }
    return out.to_numpy();
}

py::tuple Codes::to_numpy() {
    if (words_at_the_end) words = words_at_the_end();
    Dictionary known;
    std::vector<std::int32_t> meaning;
    py::list names;
    for (const std::string& word : words) {
        const std::size_t before = known.words().size();
        meaning.push_back(known.number_of(word));
        if (known.words().size() != before) names.append(to_str(word));
    }
    const std::size_t count = known.words().size();
    // pandas' own limits: the widest of an integer type is not used for the number of words.
    if (count < 128) return py::make_tuple(narrowed<std::int8_t>(meaning), names);
    if (count < 32768) return py::make_tuple(narrowed<std::int16_t>(meaning), names);
    if (count != words.size()) return py::make_tuple(narrowed<std::int32_t>(meaning), names);
    return py::make_tuple(codes_.to_numpy(), names);
}

}  // namespace postroad::python
