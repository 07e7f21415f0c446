// Sets of UIDs as a client meets them: "1:5,9" (RFC 3501 §9 sequence-set), kept as sorted ranges.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::imap {

struct UidRange {
    std::uint32_t first = 0, last = 0;  // both are in it
    bool operator==(const UidRange&) const = default;
};

class UidSet {
public:
    void add(std::uint32_t first, std::uint32_t last);  // in any order; quick at the end
    void add(std::uint32_t uid) { add(uid, uid); }
    void remove(std::uint32_t uid);
    bool has(std::uint32_t uid) const;
    std::uint64_t count() const;
    bool empty() const { return ranges_.empty(); }
    std::uint32_t first() const { return ranges_.front().first; }
    std::uint32_t last() const { return ranges_.back().last; }
    const std::vector<UidRange>& ranges() const { return ranges_; }  // none touches another
    std::string text() const;
    bool operator==(const UidSet&) const = default;

private:
    std::vector<UidRange> ranges_;
};

// False where the text is no set. "*" stands for `star`; where that is 0, it is no number, either.
bool read_set(std::string_view text, UidSet& out, std::uint32_t star = 0);

}  // namespace postroad::imap
