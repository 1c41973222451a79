// Stands in for the workshop where there was no Node to make it.
export function work() {
  throw new Error("this page was built without Node, so it has no workshop");
}
