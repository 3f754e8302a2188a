"""Apache Kafka's jars from Maven Central, and a data folder that is formatted once and then copied."""

from pathlib import Path

from tests.parts.cache import cached_part, run

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qk"
"""Any 16 bytes in URL-safe base64."""

JVM = (
    # Few threads and a quick start: a test's broker lives for seconds.
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
)


def kafka_home() -> Path:
    """Folder with `jars` and `formatted`."""
    return cached_part("kafka", (POM.read_text(encoding="utf-8"),), _make)


def _make(folder: Path) -> None:
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}")
    run("mvn", "-B", "-q", "-Dstyle.color=never", "-f", POM, *goal, folder=folder)
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": "1@127.0.0.1:1",
        "listeners": "PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": folder / "formatted",
    }
    write_properties(folder / "format.properties", settings)
    tool = ("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", folder / "format.properties")
    run("java", "-Xmx64m", *JVM, "-cp", f"{folder}/jars/*", *tool, folder=folder)


def write_properties(path: Path, settings: dict[str, object]) -> None:
    """Write a Java properties file."""
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
