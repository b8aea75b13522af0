# `./cluster test`, read by ./cluster: builds the test projects, runs them one after the other, and adds up.
# Without --real, --standins or --packages the tests run on what the checkout uses. With one of them they run on that choice, in a folder
# of its own under artifacts/, and of --real only what touches a real package: the rest has nothing new to show there.
# shellcheck shell=sh disable=SC2154 # root, output, work, names, ... are set by ./cluster

list_projects() {
    (cd "$root" && find tests -name '*.Tests.csproj' | sort) | while read -r project; do
        folder=$(basename "$(dirname "$project")")
        if [ -z "$names" ] || printf '%s\n' "$folder" | grep -qi -e "$(echo "$names" | sed 's/,/\\|/g')"; then echo "$project"; fi
    done
}

# build_together PROPERTY...: one build of all, so that what they share is looked at once.
build_together() {
    {
        echo '<Project DefaultTargets="Build"><ItemGroup>'
        sed "s|.*|<Test Include=\"$root/&\" />|" "$results/list"
        echo '</ItemGroup><Target Name="Restore"><MSBuild Projects="@(Test)" Targets="Restore" /></Target>'
        echo '<Target Name="Build"><MSBuild Projects="@(Test)" BuildInParallel="true" /></Target></Project>'
    } >"$results/all.proj"
    run_dotnet build "$results/all.proj" -c Release -v quiet --nologo "$@" >"$results/build.log" 2>&1
}

touches_real() {
    [ "$asked" = real ] || return 0
    ! "$orleans_is_real" || [ ! -e "$1/Orleans.Core.dll" ] || return 0
    "$torch_is_real" && [ -e "$1/TorchSharp.dll" ]
}

# run_project PROJECT PROPERTY...: its tests, added to passed, failed and skipped. One that ends badly without a failed test counts as one.
run_project() {
    project=$1 name=$(basename "$1" .csproj) status=0
    shift
    run_dotnet test "$project" --no-build -c Release --nologo "$@" ${filter:+--filter "$filter"} \
        --logger "trx;LogFileName=$name.trx" --results-directory "$results" \
        --blame-hang-timeout "${CLUSTER_TEST_HANG:-10m}" --blame-hang-dump-type none </dev/null || status=$?
    counts=$(sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$results/$name.trx" 2>/dev/null) || true # no report
    # shellcheck disable=SC2086 # three numbers
    set -- ${counts:-0 0 0}
    passed=$((passed + $3)) failed=$((failed + $2 - $3)) skipped=$((skipped + $1 - $2))
    if [ "$status" != 0 ] && [ "$2" = "$3" ]; then
        failed=$((failed + 1))
        say "$project ended with status $status"
    fi
}

# A folder for each choice: runs of the tests on two of them may go on at the same time.
[ "$asked" = auto ] && [ -n "$packages" ] && asked=real
passed=0 failed=0 skipped=0 results=$work/tests-$asked bin=$output/bin
lock
rm -rf "$results"
mkdir -p "$results"
list_projects >"$results/list"
if [ ! -s "$results/list" ]; then
    folders=$(names='' list_projects | sed 's|/[^/]*$||; s|.*/||' | tr '\n' ' ')
    fail "no folder under tests/ matches $names; there are $folders"
fi
set --
if [ "$asked" = auto ]; then
    prepare
else
    # TorchSharp may be the stand-in even here: what is asked for is Orleans.
    case $asked in real) decide real auto ;; *) decide standins standins ;; esac
    bin=$output/$asked/bin
    orleans_is_real=$([ "$orleans" = true ] && echo false || echo true)
    torch_is_real=$([ "$torch" = true ] && echo false || echo true)
    set -- --artifacts-path "$output/$asked" "-p:OrleansStandin=$orleans" "-p:TorchSharpStandin=$torch" "-p:$sources=$packages" \
        "-p:RestorePackagesPath=$store" "-p:RestoreFallbackFolders=$fallback" \
        ${orleans_version:+"-p:OrleansVersion=$orleans_version"} ${torch_version:+"-p:TorchSharpVersion=$torch_version"}
    for provider in $providers; do set -- "$@" "-p:Orleans$provider=true"; done
    if [ "$torch" = true ]; then native; fi
fi
say "building the tests ..."
together=true
build_together "$@" || together=false
exec 9>&- # the tests themselves hold nobody up
while read -r project <&3; do
    if ! "$together" && ! run_dotnet build "$project" -c Release -v quiet --nologo "$@" </dev/null; then
        failed=$((failed + 1))
        say "$project does not build"
    elif touches_real "$bin/$(basename "$project" .csproj)/release"; then
        run_project "$project" "$@"
    fi
done 3<"$results/list"
if [ "$skipped" = 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
[ "$failed" = 0 ] || exit 1
