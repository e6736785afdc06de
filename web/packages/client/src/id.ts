/** Returns a new random id of 32 hexadecimal digits. Unlike `crypto.randomUUID` it also works on pages without https. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
