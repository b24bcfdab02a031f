/** Gives each path a key of its own, though a broken tree may hold the same one twice. */
export function uniqueKeys(): (path: string) => string {
  const taken = new Set<string>();
  return (path) => {
    let key = path;
    for (let copy = 2; taken.has(key); copy += 1) key = `${path}#${copy}`;
    taken.add(key);
    return key;
  };
}
