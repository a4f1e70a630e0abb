/** Remember the device's time zone (an IANA name such as "Asia/Yekaterinburg") for a year: the server words times by it. */
export function remember(zone) {
  document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax`;
}
