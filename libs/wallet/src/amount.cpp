#include <algorithm>

#include "sigma/wallet/entitlement_rules.hpp"

namespace sigma::wallet {
namespace {

constexpr int kScale = 18;
constexpr std::size_t kMaxWhole = 20;  // 10^20 * 10^18 < 2^128

Amount power_of_ten(int exponent) {
  Amount power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Amount> parse_amount(std::string_view text) {
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
  if (!is_digits(whole) || whole.size() > kMaxWhole || !is_digits(fraction) || fraction.size() > kScale)
    return std::nullopt;
  Amount amount = 0;
  for (const char c : whole) amount = amount * 10 + static_cast<Amount>(c - '0');
  for (const char c : fraction) amount = amount * 10 + static_cast<Amount>(c - '0');
  return amount * power_of_ten(kScale - static_cast<int>(fraction.size()));
}

std::string format_amount(Amount amount) {
  std::string digits;
  for (; amount > 0; amount /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(amount % 10)));
  if (digits.size() <= kScale) digits.insert(0, kScale + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - kScale);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  const std::string whole = digits.substr(0, digits.size() - kScale);
  return fraction.empty() ? whole : whole + "." + fraction;
}

Amount amount_of(const TokenBalance& balance) {
  return static_cast<Amount>(balance.confirmed) * power_of_ten(kScale - balance.decimals);
}

}  // namespace sigma::wallet
