# Sourced by the misbehaving engines: answers as espeak-ng does when the app looks for it, then sets
# OUT to the WAV file that is wanted.
case "$1" in
--version)
    echo "eSpeak NG text-to-speech: 9.99  Data at: /nowhere"
    exit 0
    ;;
--voices)
    echo "Pty Language       Age/Gender VoiceName          File                 Other Languages"
    echo " 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)"
    exit 0
    ;;
esac
while [ "$1" != "-w" ]; do
    shift
done
OUT="$2"
