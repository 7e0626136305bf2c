// Runs checks one after the other, prints the result of each, and counts them.
let passed = 0;
let failed = 0;

export async function check(name, action) {
  try {
    await action();
    passed++;
    console.log(`ok: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}

export function report() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
