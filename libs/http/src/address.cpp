#include "address.hpp"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>

#include "sigma/core/number.hpp"
#include "sigma/core/text.hpp"
#include "text.hpp"

namespace sigma::http {
namespace ip = boost::asio::ip;
namespace {

std::array<std::uint8_t, 16> bytes_of(const Address& address) {
  std::array<std::uint8_t, 16> out{};
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), out.begin());
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::copy(bytes.begin(), bytes.end(), out.begin());
  }
  return out;
}

core::Error bad_range(std::string_view text) {
  return {core::Code::invalid_input,
          "\"" + std::string(text) + "\" is not an address range; write for example 10.0.0.0/8 or 2001:db8::/32."};
}

}  // namespace

Address without_mapping(Address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

std::optional<Address> parse_address(std::string_view text) {
  constexpr std::size_t kLongestAddress = 45;
  if (text.size() > kLongestAddress || text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const Address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return without_mapping(address);
}

core::Result<AddressRange> AddressRange::parse(std::string_view text) {
  std::string_view bits = text;
  const auto address = parse_address(core::take_until(bits, '/'));
  if (!address) return bad_range(text);
  AddressRange range;
  range.v4_ = address->is_v4();
  range.prefix_ = bytes_of(*address);
  const unsigned width = range.v4_ ? 32 : 128;
  range.bits_ = width;
  if (text.find('/') != std::string_view::npos) {
    const auto prefix = core::parse_number<unsigned>(bits);
    if (!prefix || *prefix > width) return bad_range(text);
    range.bits_ = *prefix;
  }
  return range;
}

bool AddressRange::contains(const Address& address) const {
  if (address.is_v4() != v4_) return false;
  const auto bytes = bytes_of(address);
  const unsigned whole = bits_ / 8, rest = bits_ % 8;
  if (!std::equal(prefix_.begin(), prefix_.begin() + whole, bytes.begin())) return false;
  return rest == 0 || ((prefix_[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

core::Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& ranges) {
  TrustedProxies proxies;
  for (const std::string& text : ranges) {
    SIGMA_TRY(AddressRange range, AddressRange::parse(text));
    proxies.ranges_.push_back(range);
  }
  return proxies;
}

bool TrustedProxies::contains(const Address& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const AddressRange& range) { return range.contains(address); });
}

std::optional<std::string> TrustedProxies::forwarded_for(const Headers& headers) const {
  std::optional<Address> last;
  const auto& fields = headers.fields();
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!iequals(field->first, "x-forwarded-for")) continue;
    std::string_view rest = field->second;
    for (bool more = true; more;) {
      const auto comma = rest.rfind(',');
      more = comma != std::string_view::npos;
      last = parse_address(core::trim(more ? rest.substr(comma + 1) : rest));
      if (!last) return std::nullopt;
      if (!contains(*last)) return last->to_string();
      if (more) rest = rest.substr(0, comma);
    }
  }
  if (!last) return std::nullopt;
  return last->to_string();
}

bool is_public(const Address& address) {
  static const auto ranges = [](std::initializer_list<std::string_view> texts) {
    std::vector<AddressRange> out;
    for (const std::string_view text : texts) out.push_back(AddressRange::parse(text).value());
    return out;
  };
  static const std::vector<AddressRange> special =
      ranges({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
              "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
              "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
  static const AddressRange global_v6 = AddressRange::parse("2000::/3").value();
  const Address plain = without_mapping(address);
  if (plain.is_v6() && !global_v6.contains(plain)) return false;
  return std::none_of(special.begin(), special.end(), [&](const AddressRange& range) { return range.contains(plain); });
}

}  // namespace sigma::http
