// JSON is written by hand: a fixed order of keys makes a report the same octets in every run.
#include "protocols/policy/tls_report.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/compose.hpp"
#include "protocols/message/date.hpp"

namespace postroad::policy {
namespace {

class Json {
  public:
    std::string out;
    void open(std::string_view key, char bracket) {
        begin(key);
        out += bracket;
        ++depth_;
        first_ = true;
    }
    void close(char bracket) {
        --depth_;
        if (!first_) line();
        out += bracket;
        first_ = false;
    }
    void text(std::string_view key, std::string_view value) {
        begin(key);
        quote(value);
    }
    void number(std::string_view key, std::uint64_t value) {
        begin(key);
        append_number(out, value);
    }
    void list(std::string_view key, const std::vector<std::string>& values) {
        open(key, '[');
        for (const std::string& one : values) text({}, one);
        close(']');
    }

  private:
    void line() {
        out += "\r\n";
        out.append(depth_ * 2, ' ');
    }
    void begin(std::string_view key) {
        if (depth_ != 0) {
            if (!first_) out += ',';
            line();
        }
        first_ = false;
        if (key.empty()) return;
        quote(key);
        out += ": ";
    }
    void quote(std::string_view value) {  // RFC 8259 §7
        constexpr std::string_view digits = "0123456789abcdef";
        out += '"';
        for (const char c : value) {
            const auto octet = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') (out += '\\') += c;
            else if (octet < 0x20 || octet > 0x7e)
                ((out += "\\u00") += digits[octet >> 4]) += digits[octet & 15U];
            else out += c;
        }
        out += '"';
    }
    std::size_t depth_ = 0;
    bool first_ = true;
};

std::string rfc3339(std::int64_t unix_s) {
    message::DateTime time;
    time.unix_s = unix_s;
    char text[40];
    return {text, message::format_rfc3339(time, text)};
}

void put_policy(Json& json, const PolicyReport& one) {
    json.open({}, '{');
    json.open("policy", '{');
    json.text("policy-type", name_of(one.kind));
    if (!one.lines.empty()) json.list("policy-string", one.lines);
    json.text("policy-domain", one.domain);
    if (!one.mx_hosts.empty()) json.list("mx-host", one.mx_hosts);
    json.close('}');
    json.open("summary", '{');
    json.number("total-successful-session-count", one.successful);
    json.number("total-failure-session-count", one.failed);
    json.close('}');
    if (!one.failures.empty()) {
        json.open("failure-details", '[');
        for (const FailureDetail& detail : one.failures) {
            json.open({}, '{');
            json.text("result-type", name_of(detail.fault));
            if (!detail.sending_ip.empty()) json.text("sending-mta-ip", detail.sending_ip);
            if (!detail.receiving_mx.empty())
                json.text("receiving-mx-hostname", detail.receiving_mx);
            if (!detail.receiving_ip.empty()) json.text("receiving-ip", detail.receiving_ip);
            json.number("failed-session-count", detail.sessions);
            json.close('}');
        }
        json.close(']');
    }
    json.close('}');
}

}  // namespace

std::vector<std::string> parse_tlsrpt_record(std::string_view text) {
    std::vector<std::string> out;
    for (bool first = true; !trimmed(text).empty(); first = false) {
        const std::size_t end = text.find(';');
        const std::string_view field = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (first && field != "v=TLSRPTv1") return {};
        if (!field.starts_with("rua=")) continue;
        for (std::string_view rest = field.substr(4); !rest.empty();) {
            const std::size_t comma = rest.find(',');
            const std::string_view uri = trimmed(rest.substr(0, comma));
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
            if (!starts_ignoring_case(uri, "mailto:")) continue;
            const std::string_view address = uri.substr(7, uri.find('?') - 7);
            if (address.find('@') != std::string_view::npos) out.emplace_back(address);
        }
    }
    return out;
}

std::string_view name_of(ReportPolicy policy) {
    constexpr std::string_view names[] = {"tlsa", "sts", "no-policy-found"};
    return names[static_cast<std::size_t>(policy)];
}

std::string_view name_of(ReportFault fault) {
    constexpr std::string_view names[] = {
        "", "starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
        "certificate-not-trusted", "validation-failure", "tlsa-invalid", "dnssec-invalid",
        "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"};
    return names[static_cast<std::size_t>(fault)];
}

std::string to_json(const TlsReport& report) {
    Json json;
    json.open({}, '{');
    json.text("organization-name", report.organisation);
    json.open("date-range", '{');
    json.text("start-datetime", rfc3339(report.from_unix_s));
    json.text("end-datetime", rfc3339(report.until_unix_s));
    json.close('}');
    json.text("contact-info", report.contact);
    json.text("report-id", report.id);
    json.open("policies", '[');
    for (const PolicyReport& one : report.policies) put_policy(json, one);
    json.close(']');
    json.close('}');
    return json.out + "\r\n";
}

std::string compose(const ReportMail& mail) {
    const std::string boundary = "tlsrpt-" + mail.report.id;
    const std::string file = mail.submitter + "!" + mail.domain + "!" +
                             std::to_string(mail.report.from_unix_s) + "!" +
                             std::to_string(mail.report.until_unix_s) + ".json";
    std::string date;
    message::put_date(date, mail.unix_s, mail.offset_min);
    std::string out;
    const auto put = [&](std::string_view name, const std::string& value) {
        message::put_field(out, name, value);
    };
    put("Date", date);
    put("From", "<" + mail.from + ">");
    put("To", "<" + mail.to + ">");
    put("Subject", "Report Domain: " + mail.domain + " Submitter: " + mail.submitter +
                       " Report-ID: <" + mail.message_id + ">");
    put("Message-ID", "<" + mail.message_id + ">");
    put("TLS-Report-Domain", mail.domain);
    put("TLS-Report-Submitter", mail.submitter);
    put("Auto-Submitted", "auto-generated");
    put("MIME-Version", "1.0");
    put("Content-Type", "multipart/report; report-type=\"tlsrpt\"; boundary=\"" + boundary + "\"");
    out += "\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
           "This is what became of TLS between " + mail.submitter + " and the mail exchangers\r\n"
           "of " + mail.domain + " on one day, for programs (RFC 8460).\r\n\r\n"
           "--" + boundary + "\r\nContent-Type: application/tlsrpt+json\r\n"
           "Content-Disposition: attachment;\r\n filename=\"" + file + "\"\r\n\r\n" +
           to_json(mail.report) + "\r\n--" + boundary + "--\r\n";
    return out;
}

}  // namespace postroad::policy
