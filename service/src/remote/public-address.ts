// Which IP addresses belong to the public internet; the one rule for every socket to a stranger.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** IPv4 that is not public, after IANA's special-purpose registry (RFC 6890 and later). */
const RESERVED_V4 = [
  '0.0.0.0/8', // "this network"; Linux connects 0.0.0.0 to itself
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers' NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata services of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments, DS-Lite
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays, deprecated
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and 255.255.255.255, broadcast
].map(range => ipaddr.IPv4.parseCIDR(range))

/**
 * The only part of IPv6 that is handed out as global unicast. Outside lie loopback, unspecified, IPv4-compatible
 * (::/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard (100::/64), SRv6 (5f00::/16), unique local (fc00::/7),
 * link-local (fe80::/10), site-local (fec0::/10) and multicast (ff00::/8).
 */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** What is not public inside global unicast. */
const RESERVED_V6 = [
  '2001::/23', // protocol assignments: Teredo (2001::/32), benchmarks (2001:2::/48), ORCHID (2001:10::/28, 2001:20::/28)
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which holds an IPv4 address of any kind
  '3fff::/20', // documentation
].map(range => ipaddr.IPv6.parseCIDR(range))

/**
 * Whether this is the address of a host on the public internet. Takes what a resolver or a socket gives; whatever is
 * no plain IP address is not public, nor is one with a scope (`%eth0`). An IPv4-mapped address is judged by the
 * IPv4 address in it, for that is what the system connects to.
 */
export function isPublicAddress(address: string): boolean {
  // ipaddr.js also reads short, octal and hexadecimal forms, and takes ::8.8.8.8 (IPv4-compatible) for ::ffff:8.8.8.8.
  if (isIP(address) === 0 || address.includes('%') || /^::\d+\./.test(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return !RESERVED_V4.some(range => parsed.match(range))
  return parsed.match(GLOBAL_UNICAST_V6) && !RESERVED_V6.some(range => parsed.match(range))
}
