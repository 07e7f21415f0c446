// From a master file to a zone: RDATA, apex, TTLs, and every check on the records together.
#include "protocols/dns/rdata_text.hpp"
#include "protocols/dns/zone.hpp"
#include "protocols/dns/zone_check.hpp"

namespace postroad::dns {

namespace {

std::string without_dot(const std::string& text) { return text.substr(0, text.size() - 1); }

// "mx1.example.org.example.org.": the writer forgot the dot behind "mx1.example.org".
std::string missing_dot_hint(const std::string& text, const Name& full, const Name& origin) {
    // In a zone of one label ("lan") a name that ends in it may well be meant.
    if (label_count(origin) < 2 || is_absolute_text(text)) return "";
    const ParsedName as_absolute = parse_name(text);
    if (!as_absolute || !is_within(as_absolute.name, origin) || !is_within(full, origin))
        return "";
    return "did you mean " + text + ". with a final dot?";
}

bool same(const Place& a, const Place& b) {
    return a.file == b.file && a.line == b.line && a.column == b.column;
}

class Loader {
public:
    Loader(const ZoneSource& source, MasterFile file)
        : source_(source), file_(std::move(file)), problems_(std::move(file_.problems)) {}

    LoadedZone load() {
        read_all_rdata();
        if (find_apex()) {
            take_records();
            check_zone({origin_, file_, records_, problems_});
        }
        LoadedZone out;
        if (!has_errors(problems_)) {
            std::vector<ZoneRecord> records;
            for (CheckedRecord& r : records_) records.push_back(std::move(r.record));
            out.zone = std::make_shared<const Zone>(
                make_zone(origin_, std::move(records), file_.files));
        }
        sort_problems();
        out.problems = std::move(problems_);
        return out;
    }

private:
    void report(Severity severity, Place at, std::string what, std::string why, std::string hint) {
        problems_.push_back({severity, file_.files[at.file], at.line, at.column, std::move(what),
                             std::move(why), std::move(hint)});
    }

    void read_all_rdata() {
        for (const Entry& entry : file_.entries) {
            ReadRdata read = read_rdata_text(entry);
            // The records of one $GENERATE share a place: its mistake is told once.
            const bool again = !rdata_.empty() && !rdata_.back().ok && !read.ok &&
                               same(rdata_.back().at, read.at);
            if (!read.ok && !again)
                report(Severity::error, read.at, read.what, read.why, read.hint);
            rdata_.push_back(std::move(read));
        }
    }

    // Names in RDATA that were meant to be absolute load well and mean something else.
    void names_missing_dots(const Entry& entry) {
        const RdataShape shape = rdata_shape(entry.type);
        if (shape.names == 0 || entry.rdata[0].text == "\\#") return;
        // The fields before the names: MX, AFSDB, RT, KX and PX have one, SRV three.
        const std::size_t first = shape.prefix / 2u;
        for (std::size_t i = first; i < first + shape.names && i < entry.rdata.size(); ++i) {
            const Token& token = entry.rdata[i];
            const ParsedName name = parse_name(token.text, &entry.origin);
            const std::string hint =
                name ? missing_dot_hint(token.text, name.name, origin_) : "";
            if (!hint.empty())
                report(Severity::warning, token.at,
                       "\"" + token.text + "\" means " + to_text(name.name),
                       "RFC 1035 §5.1: a name without a final dot is completed with the origin",
                       hint);
        }
    }

    bool find_apex() {
        const Entry* soa = nullptr;
        for (const Entry& entry : file_.entries) {
            if (entry.type != Type::soa) continue;
            if (soa != nullptr) {
                report(Severity::error, entry.owner_at, "a second SOA record",
                       "RFC 1035 §5.2: a zone has exactly one", "remove it");
            } else {
                soa = &entry;
                const auto at = static_cast<std::size_t>(&entry - file_.entries.data());
                if (!rdata_[at].ok) continue;
                const Record record = plain_record(entry.owner, Type::soa, 0, rdata_[at].wire);
                soa_minimum_s_ = std::min(record.as_soa()->minimum_s, ttl_s_max);
            }
        }
        if (soa == nullptr) {
            const Place top{0, source_.first_line, 1};
            report(Severity::error, top, "the zone has no SOA record",
                   "RFC 1035 §5.2: a zone has exactly one, at its apex",
                   "@ IN SOA ns1 hostmaster ( 1 7200 3600 1209600 3600 )");
            origin_ = source_.origin;
            return !source_.origin.is_root();
        }
        origin_ = source_.origin.is_root() ? soa->owner : source_.origin;
        if (!equal(soa->owner, origin_))
            report(Severity::error, soa->owner_at,
                   "the SOA stands at " + to_text(soa->owner) + ", the zone is " + to_text(origin_),
                   "RFC 1034 §4.2.1: the SOA stands at the zone's apex", "write it at @");
        return true;
    }

    std::uint32_t ttl_s(const Entry& entry) {
        if (entry.ttl_s) return *entry.ttl_s;
        // RFC 1035 §3.3.13's reading of MINIMUM, as BIND still does when nothing else is given.
        if (!ttl_missing_reported_)
            report(Severity::warning, entry.type_at, "no TTL here and no $TTL before",
                   "RFC 2308 §4: the SOA's minimum is used in its place", "begin with $TTL 3600");
        ttl_missing_reported_ = true;
        return soa_minimum_s_;
    }

    void take_records() {
        for (std::size_t i = 0; i < file_.entries.size(); ++i) {
            const Entry& entry = file_.entries[i];
            if (!is_within(entry.owner, origin_)) {
                report(Severity::error, entry.owner_at,
                       to_text(entry.owner) + " is not within the zone " + to_text(origin_),
                       "RFC 1034 §4.2: a zone holds the names at and below its apex",
                       "a name without a final dot is completed with the zone's: write " +
                           without_dot(to_text(entry.owner)));
                continue;
            }
            owner_missing_dot(entry);
            if (rdata_[i].ok) names_missing_dots(entry);
            const std::uint32_t ttl = ttl_s(entry);
            records_.push_back({&entry, rdata_[i].ok,
                                {entry.owner, entry.type, ttl, std::move(rdata_[i].wire),
                                 entry.owner_at.file, entry.type_at.line}});
        }
    }

    void owner_missing_dot(const Entry& entry) {
        // The owner's text is gone, but a doubled origin shows in the name itself.
        if (label_count(origin_) < 2 || equal(entry.owner, origin_)) return;
        Bytes rest = entry.owner;
        const std::size_t head_size = rest.size() - (origin_.length - 1u);
        if (head_size < origin_.length) return;
        std::array<std::uint8_t, name_size_max> head{};
        std::copy_n(rest.begin(), head_size - 1, head.begin());
        const Bytes head_name{head.data(), head_size};
        if (!is_within(head_name, origin_)) return;
        report(Severity::warning, entry.owner_at, "the owner means " + to_text(entry.owner),
               "RFC 1035 §5.1: a name without a final dot is completed with the origin",
               "did you mean " + to_text(head_name) + " with a final dot?");
    }

    void sort_problems() {
        const auto file_index = [&](const std::string& f) {
            return std::find(file_.files.begin(), file_.files.end(), f) - file_.files.begin();
        };
        std::stable_sort(problems_.begin(), problems_.end(),
                         [&](const Problem& a, const Problem& b) {
                             if (a.file != b.file) return file_index(a.file) < file_index(b.file);
                             return a.line != b.line ? a.line < b.line : a.column < b.column;
                         });
    }

    const ZoneSource& source_;
    MasterFile file_;
    Problems problems_;
    std::vector<ReadRdata> rdata_;  // beside file_.entries
    std::vector<CheckedRecord> records_;
    Name origin_;
    std::uint32_t soa_minimum_s_ = 0;
    bool ttl_missing_reported_ = false;
};

}  // namespace

LoadedZone load_zone(const ZoneSource& source, const Include& include) {
    return Loader(source, read_master_file(source, include)).load();
}

}  // namespace postroad::dns
