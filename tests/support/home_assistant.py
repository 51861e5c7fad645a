"""A Home Assistant with its MQTT integration and nothing else: what tests/home_assistant_test.ts drives, a line each way.

home_assistant.py FOLDER PORT: its own files in FOLDER, the broker on 127.0.0.1:PORT. It prints "ready", then answers each
line of stdin with a line of JSON:
  states                      every light: its entity, state, effect, and how it is called
  devices                     every device: its name and maker
  await {json}                waits until a light has all of these, and says what that has
  gone ENTITY                 waits until there is no such light
  call SERVICE ENTITY {json}  calls light.SERVICE
  quit                        ends as a restart does
"""
import asyncio, json, logging, socket, sys

logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
from homeassistant import bootstrap, config_entries, core, core_config, loader
from homeassistant.auth import auth_manager_from_config
from homeassistant.helpers import device_registry
from homeassistant.setup import async_setup_component


async def main():
    folder, port = sys.argv[1], int(sys.argv[2])
    open(f"{folder}/configuration.yaml", "a").close()
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth_manager_from_config(hass, [{"type": "homeassistant"}], [])
    await core_config.async_process_ha_core_config(
        hass, {"latitude": 0, "longitude": 0, "elevation": 0, "unit_system": "metric", "time_zone": "UTC", "name": "test"}
    )
    assert await async_setup_component(hass, "homeassistant", {})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        http = {"server_host": "127.0.0.1", "server_port": free.getsockname()[1]}
    assert await async_setup_component(hass, "mqtt", {"http": http})
    if not hass.config_entries.async_entries("mqtt"):
        entry = config_entries.ConfigEntry(
            domain="mqtt", title="mqtt", version=1, minor_version=2, source="user", options={}, unique_id=None,
            data={"broker": "127.0.0.1", "port": port}, discovery_keys={}, subentries_data=None,
        )
        await hass.config_entries.async_add(entry)
    await hass.async_block_till_done()
    hass.set_state(core.CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    print("ready", flush=True)

    def light(state):
        return {
            "entity": state.entity_id,
            "state": state.state,
            "effect": state.attributes.get("effect"),
            "effects": state.attributes.get("effect_list"),
            "name": state.attributes.get("friendly_name"),
        }

    async def answer(line):
        words = line.split(" ", 3)
        if words[0] == "await":
            wanted = json.loads(line.removeprefix("await "))
            while True:
                for one in map(light, hass.states.async_all("light")):
                    if wanted.items() <= one.items():
                        return one
                await asyncio.sleep(0.05)
        if words[0] == "states":
            return [light(state) for state in hass.states.async_all("light")]
        if words[0] == "gone":
            while hass.states.get(words[1]):
                await asyncio.sleep(0.05)
            return None
        if words[0] == "devices":
            return [{"name": d.name, "maker": d.manufacturer} for d in device_registry.async_get(hass).devices.values()]
        if words[0] == "call":
            data = {"entity_id": words[2], **json.loads(words[3])}
            await hass.services.async_call("light", words[1], data, blocking=True)
            return None

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while (line := (await reader.readline()).decode().strip()) not in ("", "quit"):
        print(json.dumps(await answer(line), ensure_ascii=False), flush=True)
    await hass.async_stop()


asyncio.run(main())
