"""The methods on the way of every request and WebSocket message keep their frames small enough for the C stack.

MicroPython takes a frame of more than 11 words (locals, stack, three words for each `try`) from the heap:
VM_MAX_STATE_ON_STACK in py/objfun.c. How many a function needs stands in its bytecode's prelude, which MicroPython's
own mpy-tool reads.
"""

import importlib.util
import subprocess
import sys

import pytest

from tests.runtimes import MODULES, ROOT

TREE = ROOT / "build" / "micropython"
MPY_CROSS = ROOT / "build" / "mpy-cross" / "mpy-cross"
MOST = 11  # words

# What a small dynamic request, a file and 304 run through, and a WebSocket's message and its answer, by file; a name
# that is not there any more fails.
ON_THE_WAY = {
    "httpConnection.py": """OnReadyForReading _TakeSlot _ReleaseSlot _Fill _Advance _NextHead PutPersistence
        Transmit TakesKept TransmitKept _WriteNow _OnAnswerSent""",
    "httpConnectionMore.py": "_HoldsUp OnSlot _BeginSending _ContentSender _SendOn _Send _Step _GoOn",
    "httpSender.py": "__init__ Step _NextPiece _ReadPiece _KeepRest Close",
    "exchange.py": "Clear IsKeepAlive",
    "pipeline.py": "OnHead _HandleKept _FindRoutes _SafePath Handle _AskModules _HandleOther",
    "httpResponse.py": """ReturnOk Return ReturnOkJSON ReturnJSON _ToJSON SendFile _Answer _Compose _BeginSized
        PutBody""",
    "httpResponseMore.py": "_PutFields _PutOrigin",
    "staticFiles.py": """AnswerPath _Remember _Resolve _Describe __init__ _FieldLines SeekTwin IsFresh
        Content Send SendAtHand SendNotModified _ReadBehindHead _SendLong _SendAnew _Keep SendPart AnswerFile _TypeOf
        _AnswerAsked _AnswerRange _TakesTwin _TakesGzip _Accepted""",
    "filePaths.py": "ResolvePath _DefaultPage IsFile IsTemplate",
    "fileConditions.py": "Precondition _Matches _UnmodifiedSince",
    "workerShare.py": "Take Release Head",
    "libs/httpHeadWriter.py": "Begin PutNumber Put",
    "libs/httpSyntax.py": """Parse _ParseMethod _ParseTarget _ParseNewTarget _ParseFields _ParseField _ParseHost
        _CheckName _CheckLineEnds TrimEnd""",
    "libs/httpSyntaxMore.py": "CheckFraming ParseDigits",
    "libs/xAsyncWorker.py": "Step _HandleReady _HandleDue _WaitMs LookAtClock IsElsewhere Notify OnEvents",
    "libs/wsFrames.py": """MakeFrame _UnmaskWide Unmask _IsAscii Feed IsWhole _Look _Lead Expected _ReadHeader _IsWanted
        _CheckHeader _BeginData _TakeControl _TakePayload _GivePiece _IsUtf8 _HeaderSize _LongLength""",
    "libs/wsDeflate.py": "Expected _CheckHeader _BeginData OnControl OnPiece _GiveChunk _IsGood _Take",
    "mods/webSocketConnection.py": """IsOpen OnReadyForReading _Return _ReceiveInside _Receive _TryRead _Feed OnPiece
        _GiveMessage _Whole _Gather _Grow OnControl _RenewFrameBy _OnProgress _Arm""",
    "mods/webSocketSender.py": """Add SetPong Send _SendFirst _InsertPong IsSending _IsFull _Put _Pong _Write _TryWrite
        _LetWait _AwaitSending OnReadyForWriting _OnAllSent""",
    "mods/webSocket.py": "SendTextMessage SendBinaryMessage _SendMessage _Frame _TextBytes _Bytes _ToBytes",
    "libs/onMicroPython.py": "ReadInto Write FileStat OpenFile MayKeep IsInside IsToken IsHost IsTarget _All",
}


@pytest.fixture(scope="module")
def mpy_tool():
    if not MPY_CROSS.is_file():
        pytest.skip("build/mpy-cross/mpy-cross is not there: `make firmware` builds it")
    path = TREE / "tools" / "mpy-tool.py"
    sys.path.insert(0, str(TREE / "py"))  # it imports makeqstrdata from there
    try:
        spec = importlib.util.spec_from_file_location("mpy_tool", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    module.global_qstrs = module.GlobalQStrList()
    module.config.native_arch = module.MP_NATIVE_ARCH_NONE
    return module


def frames(mpy_tool, source, target):
    """{name: [words of the frame, …]} of every function of a Python file, compiled as the firmware's are."""
    subprocess.run([MPY_CROSS, "-O3", "-o", target, source], check=True)
    found = {}

    def walk(code):
        for child in code.children:
            states, tries = child.prelude_signature[:2]
            found.setdefault(child.simple_name.str, []).append(states + 3 * tries)
            walk(child)

    walk(mpy_tool.read_mpy(str(target)).raw_code)
    return found


@pytest.mark.parametrize("file", ON_THE_WAY)
def test_frames_on_the_way_of_a_request(mpy_tool, tmp_path, file):
    found = frames(mpy_tool, MODULES / "MicroWebSrv2" / file, tmp_path / "out.mpy")
    for name in ON_THE_WAY[file].split():
        assert max(found[name]) <= MOST, f"{name}: {found[name]} words"


def test_a_large_frame_is_seen(mpy_tool, tmp_path):
    source = tmp_path / "large.py"
    source.write_text("def large(a, b, c, d, e, f, g, h):\n    i = a(b, c, d, e)\n    return i\n")
    assert frames(mpy_tool, source, tmp_path / "out.mpy")["large"] > [MOST]
