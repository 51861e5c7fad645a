export { contextOf, FakeClock, pure, turn } from "../app/_testing.ts";
