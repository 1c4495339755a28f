/** Where the page begins: what the address says goes in, the studio is put into the document. */
import { mount } from "svelte";
import { desk } from "./desk.svelte.ts";
import Studio from "./Studio.svelte";
import "./style.css";

desk.begin();
mount(Studio, { target: document.body });
