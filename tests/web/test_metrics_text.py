from bridge.counts import Counts
from bridge.door import CloseReason
from web.metrics import metrics_text


def test_every_count_is_there_from_the_start() -> None:
    text = metrics_text(Counts())
    assert 'hubbub_gateway_refused_total{reason="origin"} 0\n' in text
    assert 'hubbub_gateway_frames_total{direction="in"} 0\n' in text
    assert text.count("hubbub_gateway_sockets_ended_total{") == len(CloseReason)


def test_lines_are_of_the_text_format() -> None:
    counts = Counts(sockets_open=3, bytes_out=12)
    counts.refused["host"] += 2
    for line in metrics_text(counts).splitlines():
        if line.startswith("#"):
            assert line.split()[1] in ("HELP", "TYPE")
        else:
            name, value = line.rsplit(" ", 1)
            assert name.startswith("hubbub_gateway_")
            assert value.isdecimal()
    assert "hubbub_gateway_sockets_open 3\n" in metrics_text(counts)


def test_counts_of_one_gateway_of_several_say_whose_they_are() -> None:
    lines = [line for line in metrics_text(Counts(), 2).splitlines() if not line.startswith("#")]
    assert all('{gateway="2"' in line for line in lines)
    assert 'hubbub_gateway_sockets_open{gateway="2"} 0' in lines
    assert 'hubbub_gateway_frames_total{gateway="2",direction="in"} 0' in lines
